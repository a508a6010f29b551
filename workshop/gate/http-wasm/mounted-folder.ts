// A folder that the host has mounted for the plugin, with the part of WASI preview 1 that reads files and makes new ones. It lives in
// memory; a file that is written is another one than before, as after a rename.
import type { GuestBytes } from "./guest-bytes.ts";

const SUCCESS = 0;
const BAD_FILE = 8;
const EXISTS = 20;
const NO_ENTRY = 44;
const READ_ONLY = 69;
const CREATE_NEW = 5;
const FOLDER = 3;

interface File {
  content: Buffer;
  readonly inode: bigint;
  readonly modified: bigint;
}

export class MountedFolder {
  /** How often a file was looked at, and how often it was opened. */
  looks = 0;
  opens = 0;
  readonly #path: string;
  readonly #files = new Map<string, File>();
  #inodes = 0n;
  /** Whether the plugin may make files. */
  isReadOnly = false;
  /** Seconds since the epoch, as the plugin has them; undefined: files are of the beginning of time, one later than the other. */
  now: () => number | undefined = () => undefined;

  /** `path` is where the plugin sees it. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Writes a file, `seconds` after now as far as its time goes. */
  write(name: string, content: string | Buffer, seconds = 0): void {
    this.#files.set(name, this.#file(Buffer.from(content), seconds));
  }

  #file(content: Buffer, seconds = 0): File {
    const inode = ++this.#inodes;
    const now = this.now();
    const modified = now === undefined ? inode * 1_000_000n : BigInt(Math.round((now + seconds) * 1000)) * 1_000_000n;
    return { content, inode, modified };
  }

  /** The files whose names begin so, with what is in them. */
  under(prefix: string): [name: string, content: string][] {
    const names = [...this.#files.keys()].filter((name) => name.startsWith(prefix));
    return names.map((name) => [name, this.#files.get(name)!.content.toString("latin1")]);
  }

  remove(name: string): void {
    this.#files.delete(name);
  }

  /** The functions for one instance, which has open files of its own. */
  functions(guest: GuestBytes): Record<string, (...args: number[]) => number> {
    const open = new Map<number, { file: File; offset: number }>();
    let descriptors = FOLDER;
    const writeStatus = ({ content, inode, modified }: File, at: number): number => {
      guest.write(at, Buffer.alloc(64));
      guest.view.setBigUint64(at + 8, inode, true);
      guest.view.setUint8(at + 16, 4);
      guest.view.setBigUint64(at + 32, BigInt(content.length), true);
      guest.view.setBigUint64(at + 48, modified, true);
      guest.view.setBigUint64(at + 56, modified, true);
      return SUCCESS;
    };
    return {
      fd_prestat_get: (descriptor, at) => {
        if (descriptor !== FOLDER) return BAD_FILE;
        guest.view.setUint32(at!, 0, true);
        guest.view.setUint32(at! + 4, this.#path.length, true);
        return SUCCESS;
      },
      fd_prestat_dir_name: (descriptor, at, length) => {
        if (descriptor !== FOLDER) return BAD_FILE;
        guest.write(at!, Buffer.from(this.#path).subarray(0, length!));
        return SUCCESS;
      },
      path_filestat_get: (descriptor, _flags, at, length, status) => {
        this.looks++;
        const file = descriptor === FOLDER ? this.#files.get(guest.text(at!, length!)) : undefined;
        return file ? writeStatus(file, status!) : NO_ENTRY;
      },
      path_open: (descriptor, _lookup, at, length, create, _rights, _inherited, _flags, result) => {
        this.opens++;
        if (descriptor !== FOLDER) return BAD_FILE;
        const name = guest.text(at!, length!);
        let file = this.#files.get(name);
        if (create === CREATE_NEW) {
          if (this.isReadOnly) return READ_ONLY;
          if (file) return EXISTS;
          file = this.#file(Buffer.alloc(0));
          this.#files.set(name, file);
        }
        if (!file) return NO_ENTRY;
        open.set(++descriptors, { file, offset: 0 });
        guest.view.setInt32(result!, descriptors, true);
        return SUCCESS;
      },
      fd_filestat_get: (descriptor, status) => {
        const opened = open.get(descriptor!);
        return opened ? writeStatus(opened.file, status!) : BAD_FILE;
      },
      fd_read: (descriptor, vectors, count, result) => {
        const opened = open.get(descriptor!);
        if (!opened || count !== 1) return BAD_FILE;
        const [at, size] = [guest.view.getUint32(vectors!, true), guest.view.getUint32(vectors! + 4, true)];
        // As a host may: less than was asked for.
        const part = opened.file.content.subarray(opened.offset, opened.offset + Math.min(size, 1000));
        guest.write(at, part);
        opened.offset += part.length;
        guest.view.setUint32(result!, part.length, true);
        return SUCCESS;
      },
      fd_write: (descriptor, vectors, count, result) => {
        const opened = open.get(descriptor!);
        if (!opened || count !== 1) return BAD_FILE;
        const [at, size] = [guest.view.getUint32(vectors!, true), guest.view.getUint32(vectors! + 4, true)];
        opened.file.content = Buffer.concat([opened.file.content, Buffer.from(guest.text(at, size), "latin1")]);
        guest.view.setUint32(result!, size, true);
        return SUCCESS;
      },
      fd_close: (descriptor) => (open.delete(descriptor!) ? SUCCESS : BAD_FILE),
    };
  }
}
