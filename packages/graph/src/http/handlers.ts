import type { GraphRouteName, GraphRoutes, RouteRequest, RouteResponse } from '@ginkoai/contract';
import type { Answer } from './answer.js';

/** One handler for each route of the contract. */
export type Handlers = {
  readonly [Name in GraphRouteName]: (
    request: RouteRequest<GraphRoutes[Name]>,
  ) => Promise<Answer<RouteResponse<GraphRoutes[Name]>>>;
};
