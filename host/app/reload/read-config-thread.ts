// The thread that read-config.ts starts.
import { parentPort, workerData } from "node:worker_threads";
import { InvalidFileError } from "../../kit/yaml/problem.ts";
import { loadConfig } from "../config/load.ts";
import { type Reading, type ReadingResult, saidBy } from "./read-config.ts";

const { names, environment } = workerData as Reading;
parentPort!.postMessage(read());

function read(): ReadingResult {
  try {
    return { read: saidBy(loadConfig(names, environment)) };
  } catch (error) {
    if (error instanceof InvalidFileError) return { problems: error.problems };
    throw error;
  }
}
