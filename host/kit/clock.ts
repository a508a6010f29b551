// The host's one notion of time: integer seconds since the epoch, as in every claim of a token (RFC 7519, NumericDate).

export type Clock = () => number;

export const systemClock: Clock = () => Math.floor(Date.now() / 1000);
