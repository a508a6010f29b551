// What a shell works on, one at a time: the request, its client, what is decided about it, and the answer it gets. Shells fill
// and read these; the core takes each as an argument, so that it can decide about a second one beside them. Their addresses are
// constants, which makes reaching their fields cheap.
import { Answer } from "./answer/answer";
import { Decision } from "./decide/decision";
import { Client, CLIENT_BYTES } from "./policy/client";
import { Request, REQUEST_BYTES } from "./request";

export const client: Client = changetype<Client>(memory.data(<i32>CLIENT_BYTES, 8));
export const request: Request = changetype<Request>(memory.data(<i32>REQUEST_BYTES, 8));
export const decision: Decision = changetype<Decision>(memory.data(offsetof<Decision>(), 8));
export const answer: Answer = changetype<Answer>(memory.data(offsetof<Answer>(), 8));

request.client = client;
