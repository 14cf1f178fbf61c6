/**
 * Whether this machine's clock can be right, judged by what is there: nothing was written in the
 * future, and no certificate authority of the data directory begins in it. No network is asked.
 */
import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail, ok, warn } from './result.mjs';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Clocks of file servers differ a little. */
const TOLERANCE_MS = 2 * MINUTE_MS;
/** A data directory that rested longer than this is rare enough to ask. */
const LONG_REST_MS = 400 * DAY_MS;
const SET = 'set the clock, and keep it set (for example timedatectl set-ntp true)';

/** @param {{ root: string, directory: string, now: number }} options */
export function checkClock({ root, directory, now }) {
  const time = new Date(now).toISOString();
  const data = findNewest(directory, 3);
  const newest = [data, findNewest(join(root, 'package.json'), 0)]
    .filter((one) => one !== undefined)
    .sort((a, b) => b.at - a.at)[0];
  if (newest && newest.at > now + TOLERANCE_MS) {
    const ahead = describeSpan(newest.at - now);
    return fail(
      'clock',
      `it says ${time}, and ${newest.path} was written ${ahead} after that`,
      SET,
    );
  }
  const { begins, ends } = findAuthorityTimes(directory);
  if (begins > now + TOLERANCE_MS) {
    const text = `it says ${time}, and a certificate authority in ${directory} begins ${describeSpan(begins - now)} after that`;
    return fail('clock', text, SET);
  }
  if (ends < now) {
    const text = `it says ${time}; a certificate authority in ${directory} ended ${describeSpan(now - ends)} before that`;
    return fail('clock', text, `if the time is right, the authority must be replaced; else ${SET}`);
  }
  if (data && data.at < now - LONG_REST_MS) {
    const text = `it says ${time}, ${describeSpan(now - data.at)} after the last write in ${directory}`;
    return warn('clock', text, `nothing, if that is so; else ${SET}`);
  }
  return ok('clock', `${time}; nothing here contradicts it`);
}

/**
 * The newest modification at or below a path.
 * @param {string} path
 * @param {number} depth
 * @returns {{ path: string, at: number } | undefined}
 */
function findNewest(path, depth) {
  try {
    const stats = statSync(path);
    const own = { path, at: stats.mtimeMs };
    if (!stats.isDirectory() || depth === 0) return own;
    return readdirSync(path)
      .map((name) => findNewest(join(path, name), depth - 1))
      .reduce((newest, one) => (one && (!newest || one.at > newest.at) ? one : newest), own);
  } catch {
    return undefined;
  }
}

/** Latest begin and earliest end of the members' authorities. @param {string} directory */
function findAuthorityTimes(directory) {
  const certificates = listCertificates(join(directory, 'ca'));
  return {
    begins: Math.max(...certificates.map(({ validFrom }) => Date.parse(validFrom))),
    ends: Math.min(...certificates.map(({ validTo }) => Date.parse(validTo))),
  };
}

/** @param {string} authorities */
function listCertificates(authorities) {
  try {
    return readdirSync(authorities).flatMap((member) =>
      readdirSync(join(authorities, member))
        .filter((name) => /\.(crt|pem)$/.test(name))
        .flatMap((name) => readCertificate(join(authorities, member, name))),
    );
  } catch {
    return [];
  }
}

/** @param {string} path */
function readCertificate(path) {
  try {
    const text = readFileSync(path, 'utf8');
    return text.includes('BEGIN CERTIFICATE') ? [new X509Certificate(text)] : [];
  } catch {
    return [];
  }
}

/** @param {number} milliseconds */
function describeSpan(milliseconds) {
  const minutes = Math.round(milliseconds / MINUTE_MS);
  if (minutes < 120) return `${minutes} minutes`;
  if (minutes < 2 * 24 * 60) return `${Math.round(minutes / 60)} hours`;
  return `${Math.round(minutes / (24 * 60))} days`;
}
