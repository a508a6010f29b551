// What a shell works on, one at a time: the request, its client, what is decided about it, and the answer it gets. Shells fill
// and read these; the core takes each as an argument, so that it can decide about a second one beside them.
import { Answer } from "./answer/answer";
import { Decision } from "./decide/decision";
import { Client, createClient } from "./policy/client";
import { createRequest, Request } from "./request";

export const client: Client = createClient();
export const request: Request = createRequest(client);
export const decision: Decision = changetype<Decision>(memory.data(offsetof<Decision>(), 8));
export const answer: Answer = changetype<Answer>(memory.data(offsetof<Answer>(), 8));
