/** The page on which a person of the development consortium signs in. */
import { createHash, timingSafeEqual } from 'node:crypto';
import express, { type Request, type Response, Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import type Provider from 'oidc-provider';
import { z } from 'zod';
import { renderFailure, renderLogin } from './pages.ts';
import type { DevelopmentPerson } from './people.ts';

const FIFTEEN_MINUTES = 900_000;
const form = z.object({ user: z.string().max(128), password: z.string().max(128) });

/** `GET` and `POST /interaction/:uid`; the interaction's own cookie ties both to one browser. */
export function signInForm(
  provider: Provider,
  people: readonly DevelopmentPerson[],
  attempts: number,
): Router {
  const byUser = new Map(people.map((person) => [person.user.toLowerCase(), person]));
  const findPerson = (request: Request) => {
    const sent = form.safeParse(request.body);
    return sent.success ? byUser.get(sent.data.user.toLowerCase()) : undefined;
  };

  /** Wrong passwords are counted for each person; unknown names share one count. */
  const limiter = rateLimit({
    windowMs: FIFTEEN_MINUTES,
    limit: attempts,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    keyGenerator: (request) => findPerson(request)?.user ?? '(unknown)',
    handler: (_request, response) => {
      const text = 'Too many wrong passwords. Wait a quarter of an hour.';
      response.status(429).send(renderFailure('Sign in', text));
    },
  });

  const showForm = async (request: Request, response: Response, alert?: string) => {
    const { uid, params } = await provider.interactionDetails(request, response);
    const client = await provider.Client.find(String(params.client_id));
    response.send(
      renderLogin({
        action: `${request.baseUrl}/interaction/${uid}`,
        client: client?.clientName ?? 'an unknown client',
        ...(alert === undefined ? {} : { alert }),
      }),
    );
  };

  const router = Router();
  router.get('/interaction/:uid', async (request, response) => {
    const { prompt } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') await showForm(request, response);
    // A client that asks for consent by name: who has signed in has given it.
    else await provider.interactionFinished(request, response, { consent: {} });
  });
  router.post(
    '/interaction/:uid',
    express.urlencoded({ extended: false, limit: '4kb', parameterLimit: 8 }),
    limiter,
    async (request, response) => {
      const person = findPerson(request);
      if (person === undefined || !isSameText(person.password, request.body.password)) {
        response.status(401);
        await showForm(request, response, 'User or password is wrong.');
        return;
      }
      const login = { accountId: person.subject };
      await provider.interactionFinished(
        request,
        response,
        { login },
        { mergeWithLastSubmission: false },
      );
    },
  );
  return router;
}

/** Takes the same time whatever differs. */
function isSameText(expected: string, sent: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(sent));
}
