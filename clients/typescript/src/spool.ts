// A file that holds what is not yet acknowledged, first in, first out. For Node.
//
// The file is the line "cofilter-spool-1" and then records: a letter, the payload's length and its CRC-32 (little endian, 4 bytes each),
// the payload. E is an event, as the contract's bytes; A says by 4 bytes how many of the first events are done. A record that the end of
// the file cuts is what a crash left, and is dropped.
import * as fs from "node:fs";
import type { Spool } from "./events.js";

const MAGIC = Buffer.from("cofilter-spool-1\n");
const HEADER_BYTES = 9;
// The file is written anew when so much of it, and more than half, is done.
const REWRITE_BYTES = 8 << 20;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; ++bit) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte >>> 0;
});

function crc32(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) crc = (CRC_TABLE[(crc ^ byte) & 0xff] as number) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The file cannot be used; the message names it and says why. */
export class SpoolError extends Error {
  override name = "SpoolError";
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A write has left the process when append() returns: a crash of the process loses nothing. */
export class FileSpool implements Spool {
  readonly waiting: readonly Uint8Array[];
  #path: string;
  #file: number;
  #end = 0;
  // Of the events in the file that are not done, and how many are done without a record that says so.
  #lengths: number[];
  #left: number;
  #owed = 0;

  /** Opens or makes the file and takes it for this process. Throws SpoolError. */
  constructor(path: string) {
    this.#path = path;
    this.#lock();
    try {
      this.#file = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
      this.waiting = this.#load();
    } catch (error) {
      fs.rmSync(`${path}.lock`, { force: true });
      throw error instanceof SpoolError ? error : new SpoolError(`${path}: ${(error as Error).message}`);
    }
    this.#lengths = this.waiting.map((event) => HEADER_BYTES + event.length);
    this.#left = this.#lengths.reduce((sum, length) => sum + length, 0);
  }

  append(event: Uint8Array): void {
    this.#write("E", event);
    this.#lengths.push(HEADER_BYTES + event.length);
    this.#left += HEADER_BYTES + event.length;
  }

  /** A full disk is no error here: at worst events are sent once more. */
  done(count: number): void {
    for (const length of this.#lengths.splice(0, count)) this.#left -= length;
    this.#owed += count;
    try {
      if (this.#lengths.length === 0) {
        fs.ftruncateSync(this.#file, MAGIC.length);
        this.#end = MAGIC.length;
        this.#owed = 0;
        return;
      }
      const payload = Buffer.alloc(4);
      payload.writeUInt32LE(this.#owed);
      this.#write("A", payload);
      this.#owed = 0;
      if (this.#end > REWRITE_BYTES && this.#left < this.#end / 2) this.#rewrite();
    } catch (error) {
      console.warn(`cofilter: ${(error as Error).message}`);
    }
  }

  close(): void {
    fs.closeSync(this.#file);
    fs.rmSync(`${this.#path}.lock`, { force: true });
  }

  /** Node has no flock: a file with the process's number stands for one; that of a process that is gone is taken over. */
  #lock(): void {
    const path = `${this.#path}.lock`;
    for (;;) {
      try {
        fs.writeFileSync(path, String(process.pid), { flag: "wx", mode: 0o600 });
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw new SpoolError(`${path}: ${(error as Error).message}`);
      }
      const owner = Number(fs.readFileSync(path, "utf8"));
      if (owner > 0 && isAlive(owner)) throw new SpoolError(`${this.#path}: process ${owner} has it; right: a file for each process`);
      fs.rmSync(path, { force: true });
    }
  }

  /** The events that wait. */
  #load(): Uint8Array[] {
    const content = fs.readFileSync(this.#path);
    if (content.length < MAGIC.length && MAGIC.subarray(0, content.length).equals(content)) {
      fs.ftruncateSync(this.#file, 0);
      fs.writeSync(this.#file, MAGIC, 0, MAGIC.length, 0);
      this.#end = MAGIC.length;
      return [];
    }
    if (!content.subarray(0, MAGIC.length).equals(MAGIC)) throw new SpoolError(`${this.#path}: this is no spool file; right: a path of its own`);
    const events: Uint8Array[] = [];
    let done = 0;
    let place = MAGIC.length;
    while (place + HEADER_BYTES <= content.length) {
      const kind = String.fromCharCode(content[place] as number);
      const begin = place + HEADER_BYTES;
      const end = begin + content.readUInt32LE(place + 1);
      if (end > content.length) break;
      const payload = content.subarray(begin, end);
      if (crc32(payload) !== content.readUInt32LE(place + 5) || (kind !== "E" && kind !== "A")) {
        if (end === content.length) break;
        throw new SpoolError(`${this.#path}: damaged at byte ${place}; right: move it away to start without it`);
      }
      if (kind === "E") events.push(payload);
      else done += payload.readUInt32LE(0);
      place = end;
    }
    fs.ftruncateSync(this.#file, place);
    this.#end = place;
    return events.slice(done);
  }

  #write(kind: "E" | "A", payload: Uint8Array): void {
    const record = Buffer.alloc(HEADER_BYTES + payload.length);
    record.write(kind);
    record.writeUInt32LE(payload.length, 1);
    record.writeUInt32LE(crc32(payload), 5);
    record.set(payload, HEADER_BYTES);
    try {
      if (fs.writeSync(this.#file, record, 0, record.length, this.#end) !== record.length) throw new Error("no space left on the disk");
    } catch (error) {
      fs.ftruncateSync(this.#file, this.#end);
      throw new SpoolError(`${this.#path}: ${(error as Error).message}`);
    }
    this.#end += record.length;
  }

  /** Leaves what is done out: a new file beside this one takes its place. */
  #rewrite(): void {
    const path = `${this.#path}.new`;
    fs.rmSync(path, { force: true });
    const next = new FileSpool(path);
    for (const event of this.#load()) next.append(event);
    fs.renameSync(path, this.#path);
    fs.rmSync(`${path}.lock`, { force: true });
    fs.closeSync(this.#file);
    this.#file = next.#file;
    this.#end = next.#end;
  }
}
