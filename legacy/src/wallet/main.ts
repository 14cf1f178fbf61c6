/** What `scripts/import-wallet` runs. */
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { parseTrust } from '@tabellion/proof';
import { checkIdentity, importPersonKey, importService } from './import.ts';
import { listWallet, readWallet } from './read.ts';

const USAGE = `usage: scripts/import-wallet WALLET                 list the identities of a fabric-network wallet
       scripts/import-wallet WALLET LABEL --trust FILE [--profile NAME] [--json]
       scripts/import-wallet WALLET LABEL --trust FILE --service DIRECTORY [--json]

  WALLET            directory of a file-system wallet, of fabric-network 2.x or 1.4
  --trust FILE      what the consortium's certificates are judged by (tabellion trust export)
  --profile NAME    the profile of the tabellion command line that gets the key (default: default)
  --service DIR     keep key and certificate as the identity of a gateway instead
  --json            print one JSON document
`;

class UsageError extends Error {}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        trust: { type: 'string' },
        profile: { type: 'string' },
        service: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError((cause as Error).message, { cause });
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments();
  const print = (document: object, text: string) =>
    void process.stdout.write(`${values.json ? JSON.stringify(document) : text}\n`);
  if (values.help) return void process.stdout.write(USAGE);
  const [wallet, label, ...more] = positionals;
  if (!wallet || more.length > 0) throw new UsageError('which wallet?');
  if (!label) {
    const labels = await listWallet(wallet);
    return print({ labels }, labels.join('\n') || 'the wallet is empty');
  }
  if (!values.trust) throw new UsageError('--trust FILE is needed');
  if (values.service && values.profile) throw new UsageError('--service or --profile, not both');

  const trust = parseTrust(await readFile(values.trust));
  const identity = await readWallet(wallet, label);
  const checked = checkIdentity(identity, trust, Date.now());
  const { mspId, fingerprint, role } = checked;
  const { environment, profile } = { environment: process.env, profile: values.profile };
  const key = values.service
    ? await importService(identity, checked, values.service)
    : await importPersonKey(identity, { environment, ...(profile !== undefined && { profile }) });
  const next = values.service
    ? 'the gateway signs with it from its next start'
    : `now: tabellion init${profile ? ` --profile ${profile}` : ''}, which has the member's authority certify this key`;
  const warning = identity.isExposed
    ? '\nothers on this machine may read the wallet: chmod 600 its files, or delete them'
    : '';
  print(
    { member: mspId, role, fingerprint, key, exposed: identity.isExposed },
    `${label} of ${mspId}: the key is in ${key}\n${next}${warning}`,
  );
}

try {
  await main();
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  const isUsage = error instanceof UsageError;
  process.stderr.write(`tabellion: ${code ? `${code}: ` : ''}${message}\n${isUsage ? USAGE : ''}`);
  process.exitCode = isUsage ? 2 : 1;
}
