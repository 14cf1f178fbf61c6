/** What schemathesis sent and was answered, from its NDJSON report. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface FuzzAnswer {
  /** For example `POST /v1/member/vote`; requests of several operations are each their own. */
  readonly operation: string;
  readonly status: number;
  readonly body: string;
}

interface Bytes {
  readonly $base64: string;
}

/** The parts of a report's line that are read here. */
interface ReportLine {
  readonly ScenarioFinished?: {
    readonly recorder: {
      readonly cases: Readonly<
        Record<string, { readonly value: { readonly method: string; readonly path: string } }>
      >;
      readonly interactions?: Readonly<
        Record<
          string,
          {
            readonly response: {
              readonly status_code: number;
              readonly content: Bytes | null;
            } | null;
          }
        >
      >;
    };
  };
}

/** Every request that was answered, in the order of the report. */
export async function readFuzzReport(file: string): Promise<readonly FuzzAnswer[]> {
  const answers: FuzzAnswer[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const recorder = (JSON.parse(line) as ReportLine).ScenarioFinished?.recorder;
    for (const [id, { response }] of Object.entries(recorder?.interactions ?? {})) {
      if (!response) continue;
      const { method, path } = recorder!.cases[id]!.value;
      const body = Buffer.from(response.content?.$base64 ?? '', 'base64').toString('utf8');
      answers.push({ operation: `${method} ${path}`, status: response.status_code, body });
    }
  }
  return answers;
}
