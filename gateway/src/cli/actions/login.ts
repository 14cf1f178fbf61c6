/** `login`: signs in again, with the key that is there. */
import type { Invocation } from '../context.ts';
import type { Outcome } from '../output.ts';
import { chooseGateway, locateProfile, readSettings } from '../profile.ts';
import { type SignInOptions, signIn } from '../sign-in.ts';

export async function login({ context, options }: Invocation<SignInOptions>): Promise<Outcome> {
  const paths = locateProfile(context, options);
  const settings = await readSettings(paths);
  const gateway = chooseGateway(context, options, settings);
  await signIn(context, options, gateway, paths);
  return {
    document: { gateway: gateway.href, signedIn: true },
    text: `signed in at ${gateway.origin}`,
  };
}
