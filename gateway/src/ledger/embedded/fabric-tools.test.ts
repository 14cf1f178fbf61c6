/** Fabric's own tools read what the embedded ledger writes. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import {
  createTestConsortium,
  TEST_MEMBERS,
} from '../../../../test/conformance/embedded-network.ts';
import { openEmbeddedLedger } from './ledger.ts';

const TOOL = process.env.FABRIC_BIN
  ? join(process.env.FABRIC_BIN, 'configtxlator')
  : 'configtxlator';
const isThere = spawnSync(TOOL, ['version']).status === 0;

it.skipIf(!isThere)(
  'configtxlator decodes configuration and definition (skipped without Fabric’s tools)',
  async () => {
    const consortium = await createTestConsortium();
    const directory = mkdtempSync(join(tmpdir(), 'tabellion-tools-'));
    const ledger = await openEmbeddedLedger({ directory, network: consortium.network });
    onTestFinished(async () => {
      await ledger.close();
      await consortium.remove();
      rmSync(directory, { recursive: true });
    });
    const decoded: unknown[] = [];
    for await (const block of ledger.blocks(0)) {
      const file = join(directory, 'block.pb');
      writeFileSync(file, block);
      const json = join(directory, 'block.json');
      const files = ['--input', file, '--output', json];
      execFileSync(TOOL, ['proto_decode', '--type', 'common.Block', ...files]);
      decoded.push(JSON.parse(readFileSync(json, 'utf8')));
      if (decoded.length === 2) break;
    }
    const [genesis, definition] = decoded as [
      { data: { data: [Config] } },
      { data: { data: [Act] } },
    ];
    const { groups } = genesis.data.data[0].payload.data.config.channel_group;
    expect(Object.keys(groups.Application.groups).toSorted()).toEqual(
      TEST_MEMBERS.map(({ mspId }) => mspId).toSorted(),
    );
    const member = groups.Application.groups.AlphaMSP!;
    expect(member.values.MSP.value.config.fabric_node_ous.enable).toBe(true);
    const [action] = definition.data.data[0].payload.data.actions;
    const { extension } = action.payload.action.proposal_response_payload;
    expect(extension.chaincode_id.name).toBe('_lifecycle');
    expect(extension.results.ns_rwset[0].rwset.writes).toHaveLength(5);
  },
);

interface Member {
  values: { MSP: { value: { config: { fabric_node_ous: { enable: boolean } } } } };
}
interface Config {
  payload: {
    data: {
      config: { channel_group: { groups: { Application: { groups: Record<string, Member> } } } };
    };
  };
}
interface Extension {
  chaincode_id: { name: string };
  results: { ns_rwset: [{ rwset: { writes: unknown[] } }] };
}
interface Act {
  payload: {
    data: {
      actions: [{ payload: { action: { proposal_response_payload: { extension: Extension } } } }];
    };
  };
}
