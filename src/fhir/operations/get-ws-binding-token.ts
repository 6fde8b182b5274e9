import type { Parameters } from '@medplum/fhirtypes';
import type { JsonResource } from '../../storage/content.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';

/**
 * `GET Subscription/[id]/$get-ws-binding-token`: who may read the Subscription gets a token with which a WebSocket is
 * bound to it, under the caller's identity and for an hour.
 * @see https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-get-ws-binding-token.html
 */
export const getWsBindingToken: CoreOperation = {
  name: 'get-ws-binding-token',
  instances: ['Subscription'],
  get: true,
  permission: 'data',
  definition:
    'http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-get-ws-binding-token',
  documentation: 'Gives a token that binds a WebSocket to the Subscription.',
  async handle({ services, context, principal }, { id }) {
    const { content } = await readResource(services.store, context, 'Subscription', id ?? '');
    const bound = await services.subscriptions.bind(principal, JSON.parse(content) as JsonResource);
    await recordAccess(services.store, context, {
      interaction: 'operation:get-ws-binding-token',
      type: 'Subscription',
      id: id ?? '',
    });
    const answer: Parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'token', valueString: bound.token },
        { name: 'expiration', valueDateTime: new Date(bound.expires).toISOString() },
        { name: 'subscription', valueString: id ?? '' },
        { name: 'websocket-url', valueUrl: bound.url },
      ],
    };
    return json(200, JSON.stringify(answer));
  },
};
