/** `person …`: who stands behind a salted digest; the ledger never sees the name. */
import type { Command } from 'commander';
import type { Runner } from '../context.ts';
import { addExamples } from '../examples.ts';

export function addPersonCommands(program: Command, run: Runner): void {
  const person = program
    .command('person')
    .description('salted digests of names, for objections, access and witnesses');
  const load = () => import('../actions/person.ts');
  addExamples(
    person
      .command('make')
      .argument('<file>', 'new file for the name and its salt, which stays with you')
      .description('make the salted digest of a name')
      .option('--name <file>', 'file with the name (- reads standard input)', '-')
      .action(run(async () => (await load()).makePerson)),
    ['person make counsel.json < name.txt', 'person make witness.json --name name.txt'],
  );
  addExamples(
    person
      .command('show')
      .argument('<file>', 'file of `tabellion person make`')
      .description('show the name and the digest that stands for it')
      .action(run(async () => (await load()).showPerson)),
    ['person show counsel.json'],
  );
  addExamples(person, ['person make counsel.json < name.txt', 'person show counsel.json']);
}
