import { crc32 } from 'node:zlib';

/** A zip whose entries are stored, not compressed: path to text. Paths that end in `/` are folders. */
export function storedZip(entries: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(entries)) {
    const name = Buffer.from(path);
    const data = Buffer.from(text);

    // What the local header and the directory's entry have in common, from "version needed" to "extra length".
    const common = Buffer.alloc(26);
    common.writeUInt16LE(10, 0);
    common.writeUInt16LE(0x800, 2); // names are UTF-8
    common.writeUInt16LE(0x21, 8); // 1 January 1980, the first date a zip can say
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);

    const tail = Buffer.alloc(14); // comment, disk, attributes: none; then where the local header is
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), common, tail, name);

    parts.push(Buffer.from('PK\x03\x04'), common, name, data);
    offset += 4 + common.length + name.length + data.length;
  }

  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(directory.length / 4, 8);
  end.writeUInt16LE(directory.length / 4, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, ...directory, end]);
}
