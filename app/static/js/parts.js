// Sends one part of a file, and says truthfully what became of it. The upload and the test of a
// school's network share it, so that the test tries what an upload would do.

const SILENT = 30000; // Not one more byte has left for so long.
const UNANSWERED = 90000; // All has left; a proxy that keeps a part first takes its time.

const crcTables = (() => {
  const tables = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let n = 0; n < 256; n += 1) {
    let c = n;
    for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    tables[0][n] = c >>> 0;
  }
  for (let n = 0; n < 256; n += 1) {
    let c = tables[0][n];
    for (let t = 1; t < 8; t += 1) {
      c = (tables[0][c & 0xff] ^ (c >>> 8)) >>> 0;
      tables[t][n] = c;
    }
  }
  return tables;
})();

/** CRC-32 (IEEE), eight bytes a step. */
export function crc32(bytes) {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = crcTables;
  let c = 0xffffffff;
  let i = 0;
  for (const end = bytes.length - 7; i < end; i += 8) {
    const low = c ^ (bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
    c = t7[low & 0xff] ^ t6[(low >>> 8) & 0xff] ^ t5[(low >>> 16) & 0xff] ^ t4[low >>> 24]
      ^ t3[bytes[i + 4]] ^ t2[bytes[i + 5]] ^ t1[bytes[i + 6]] ^ t0[bytes[i + 7]];
  }
  for (; i < bytes.length; i += 1) c = t0[(c ^ bytes[i]) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** The four bytes of a checksum as stores want to read them. */
export function base64(number) {
  return btoa(String.fromCharCode(number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255));
}


/** Send `blob` on one of a part's ways. Resolves to what came back:
 *  `status` (0 when the line broke), `stalled` when nothing moved any more, and `said`, the answer's
 *  words if it is one of ours: a proxy that answers in our stead does not speak JSON. */
export function send(way, blob, signal, onProgress = () => {}) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let timer;
    let stalled = false;
    const wait = (ms) => {
      clearTimeout(timer);
      timer = setTimeout(() => { stalled = true; request.abort(); }, ms);
    };
    const stop = () => request.abort();
    const end = (status) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve({ status, stalled, said: status ? ownWords(request) : null });
    };
    request.open(way.method, way.url);
    for (const [name, value] of Object.entries(way.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => { wait(SILENT); onProgress(event.loaded); };
    request.upload.onload = () => wait(UNANSWERED);
    request.onload = () => end(request.status);
    request.onerror = () => end(0);
    request.onabort = () => end(0);
    signal.addEventListener("abort", stop);
    if (signal.aborted) { end(0); return; }
    wait(SILENT);
    request.send(blob);
  });
}

function ownWords(request) {
  if (!request.getResponseHeader("Content-Type")?.startsWith("application/json")) return null;
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}
