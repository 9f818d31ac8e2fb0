// Builds an FST from sorted byte strings with byte-string outputs, in one pass.
//
// The frontier holds one unfinished node per byte of the last input; whatever the next input no
// longer shares is frozen: written, and found again if an equal node with one arc exists. Outputs
// move towards the root as far as all inputs below share them.
// Format: see fst-constants.ts. The bytes equal those that Lucene 9.1 writes for its terms index
// (suffixes shared, but of nodes with several arcs not; fixed-length arcs allowed).
// Upstream: org.apache.lucene.util.fst.FSTCompiler, FST.addNode (9.1.0).

import { assert } from "../../../base/index.ts";
import { DataOutput, type IndexOutput, writeHeader } from "../../store/index.ts";
import {
  FINAL_ARC,
  FINAL_END_NODE,
  FST_CODEC,
  FST_VERSION_LITTLE_ENDIAN,
  HAS_FINAL_OUTPUT,
  HAS_OUTPUT,
  LAST_ARC,
  NODE_BINARY_SEARCH,
  NODE_DIRECT,
  NON_FINAL_END_NODE,
  STOP_NODE,
  TARGET_NEXT,
} from "./fst-constants.ts";

const NO_OUTPUT = new Uint8Array(0);
/** Nodes at most this deep get fixed-length arcs from 5 arcs on, deeper ones from 10. */
const SHALLOW_DEPTH_MAX = 3;
const SHALLOW_ARCS_MIN = 5;
const DEEP_ARCS_MIN = 10;
/** How far saved bytes elsewhere may pay for a direct node that is larger than a binary one. */
const OVERSIZE_WITH_CREDIT_MAX = Math.fround(1.66);

/** Flags and two vInts. */
const NODE_HEADER_BYTES_MAX = 11;

interface Arc {
  label: number;
  target: number;
  isFinal: boolean;
  output: Uint8Array;
  finalOutput: Uint8Array;
}

interface Node {
  arcs: Arc[];
  output: Uint8Array;
  isFinal: boolean;
  readonly depth: number;
}

/** Adds inputs in ascending byte order, then `finish`, then `save`. */
export class FstCompiler {
  private bytes = new Uint8Array(1024);
  /** Next free byte; byte 0 is never a node. */
  private pos = 1;
  private readonly frontier: Node[] = [newNode(0)];
  private lastInput = new Uint8Array(0);
  private readonly singles = new Map<string, number>();
  private lastFrozenNode = 0;
  private directCredit = 0;
  private emptyOutput: Uint8Array | undefined;
  private startNode = -1;
  private readonly arcBytes = new DataOutput(256);
  /** Arcs of a direct node, as if behind the longest header; never cleared. */
  private directArcs = new Uint8Array(NODE_HEADER_BYTES_MAX);

  /** `output` must not be empty and is kept. */
  add(input: Uint8Array, output: Uint8Array): void {
    if (input.length === 0) {
      this.frontier[0]!.isFinal = true;
      this.emptyOutput = output;
      return;
    }
    const shared = sharedPrefix(this.lastInput, input);
    assert(
      shared === this.lastInput.length || input[shared]! > this.lastInput[shared]!,
      "FST inputs ascend",
    );
    this.freezeTail(shared + 1);
    for (let at = shared; at < input.length; at++) {
      this.frontier[at]!.arcs.push(newArc(input[at]!));
      if (this.frontier[at + 1] === undefined) this.frontier.push(newNode(at + 1));
    }
    const last = this.frontier[input.length]!;
    last.isFinal = true;
    last.output = NO_OUTPUT;
    this.pushOutput(input, output, shared);
    this.lastInput = input.slice();
  }

  /** Keeps on shared arcs what all outputs below have in common, moves the rest down. */
  private pushOutput(input: Uint8Array, output: Uint8Array, shared: number): void {
    let rest = output;
    for (let at = 0; at < shared; at++) {
      const arc = lastArc(this.frontier[at]!);
      if (arc.output.length > 0) {
        const common = sharedPrefix(arc.output, rest);
        const suffix = arc.output.subarray(common);
        arc.output = common === 0 ? NO_OUTPUT : arc.output.subarray(0, common);
        if (suffix.length > 0) prependOutput(this.frontier[at + 1]!, suffix);
        rest = rest.subarray(common);
      }
    }
    assert(shared < input.length, "FST inputs differ");
    lastArc(this.frontier[shared]!).output = rest;
  }

  /** Compiles the frontier's nodes from the last input's end up to depth `downTo`. */
  private freezeTail(downTo: number): void {
    for (let at = this.lastInput.length; at >= downTo; at--) {
      const node = this.frontier[at]!;
      const arc = lastArc(this.frontier[at - 1]!);
      arc.finalOutput = node.output;
      arc.isFinal = node.isFinal || node.arcs.length === 0;
      arc.target = this.compileNode(node);
      node.arcs.length = 0;
      node.isFinal = false;
      node.output = NO_OUTPUT;
    }
  }

  /** Writes the root. Call once, after the last `add`. */
  finish(): void {
    this.freezeTail(1);
    const node = this.compileNode(this.frontier[0]!);
    this.startNode = node === FINAL_END_NODE && this.emptyOutput !== undefined ? 0 : node;
  }

  /** Metadata to `metaOut`, nodes to `out`. */
  save(metaOut: DataOutput, out: IndexOutput): void {
    writeHeader(metaOut, FST_CODEC, FST_VERSION_LITTLE_ENDIAN);
    if (this.emptyOutput === undefined) {
      metaOut.writeByte(0);
    } else {
      metaOut.writeByte(1);
      const encoded = new DataOutput(this.emptyOutput.length + 5);
      writeOutput(encoded, this.emptyOutput);
      const reversed = encoded.bytesCopy().reverse();
      metaOut.writeVInt(reversed.length);
      metaOut.writeBytes(reversed);
    }
    metaOut.writeByte(0);
    metaOut.writeVLong(this.startNode);
    metaOut.writeVLong(this.pos);
    out.writeBytes(this.bytes, 0, this.pos);
  }

  private compileNode(node: Node): number {
    if (node.arcs.length === 0) {
      this.lastFrozenNode = node.isFinal ? FINAL_END_NODE : NON_FINAL_END_NODE;
      return this.lastFrozenNode;
    }
    if (node.arcs.length > 1) return this.writeNode(node);
    const key = singleKey(node.arcs[0]!);
    const known = this.singles.get(key);
    if (known !== undefined) return known;
    const address = this.writeNode(node);
    this.singles.set(key, address);
    return address;
  }

  private writeNode(node: Node): number {
    const start = this.pos;
    const count = node.arcs.length;
    const fixed =
      count >= DEEP_ARCS_MIN || (node.depth <= SHALLOW_DEPTH_MAX && count >= SHALLOW_ARCS_MIN);
    const arcs = this.arcBytes;
    arcs.reset();
    const ends: number[] = [];
    for (let i = 0; i < count; i++) {
      this.writeArc(arcs, node.arcs[i]!, i === count - 1, fixed);
      ends.push(arcs.filePointer);
    }
    if (fixed) this.writeFixed(node, arcs.bytesBorrow(), ends);
    else this.append(arcs.bytesBorrow());
    const address = this.pos - 1;
    this.bytes.subarray(start, this.pos).reverse();
    this.lastFrozenNode = address;
    return address;
  }

  private writeArc(out: DataOutput, arc: Arc, isLast: boolean, fixed: boolean): void {
    const hasTarget = arc.target > 0;
    const isNext = this.lastFrozenNode === arc.target && !fixed;
    let flags = 0;
    if (isLast) flags |= LAST_ARC;
    if (isNext) flags |= TARGET_NEXT;
    if (arc.isFinal) flags |= FINAL_ARC;
    if (arc.finalOutput.length > 0) flags |= HAS_FINAL_OUTPUT;
    if (!hasTarget) flags |= STOP_NODE;
    if (arc.output.length > 0) flags |= HAS_OUTPUT;
    out.writeByte(flags);
    out.writeByte(arc.label);
    if (arc.output.length > 0) writeOutput(out, arc.output);
    if (arc.finalOutput.length > 0) writeOutput(out, arc.finalOutput);
    if (hasTarget && !isNext) out.writeVLong(arc.target);
  }

  /** Direct addressing where it costs no more than binary search, or credit covers it. */
  private writeFixed(node: Node, arcs: Uint8Array, ends: readonly number[]): void {
    const count = node.arcs.length;
    let bytesMax = 0;
    for (let i = 0; i < count; i++) bytesMax = Math.max(bytesMax, ends[i]! - (ends[i - 1] ?? 0));
    const labelRange = node.arcs[count - 1]!.label - node.arcs[0]!.label + 1;
    const presenceBytes = (labelRange + 7) >> 3;
    const binaryBytes = bytesMax * count;
    const directBytes = presenceBytes + 1 + (bytesMax - 1) * count;
    const cost = directBytes - binaryBytes;
    const affordable =
      this.directCredit >= cost &&
      directBytes <= Math.fround(binaryBytes * OVERSIZE_WITH_CREDIT_MAX);
    if (cost <= 0 || affordable) {
      this.directCredit -= cost;
      this.writeDirect(node, arcs, ends, bytesMax - 1, labelRange, presenceBytes);
    } else {
      this.writeBinary(node, arcs, ends, bytesMax);
    }
  }

  /**
   * Arcs are written one after the other and then moved apart, the last one first. What a move
   * leaves behind stays in the gaps, as in Lucene: so the same index has the same bytes.
   */
  private writeBinary(
    node: Node,
    arcs: Uint8Array,
    ends: readonly number[],
    bytesPerArc: number,
  ): void {
    const start = this.pos;
    const header = nodeHeader(NODE_BINARY_SEARCH, node.arcs.length, bytesPerArc);
    this.append(arcs);
    const total = header.length + ends.length * bytesPerArc;
    this.appendZeros(total - arcs.length);
    for (let i = ends.length - 1; i >= 0; i--) {
      const arcStart = ends[i - 1] ?? 0;
      const target = start + header.length + i * bytesPerArc;
      this.bytes.copyWithin(target, start + arcStart, start + ends[i]!);
    }
    this.bytes.set(header, start);
  }

  /** Gaps hold what earlier nodes left in the buffer, as in Lucene. */
  private writeDirect(
    node: Node,
    arcs: Uint8Array,
    ends: readonly number[],
    bytesPerArc: number,
    labelRange: number,
    presenceBytes: number,
  ): void {
    const firstLabel = node.arcs[0]!.label;
    const presence = new Uint8Array(presenceBytes);
    for (const arc of node.arcs) {
      const bit = arc.label - firstLabel;
      presence[bit >> 3] = presence[bit >> 3]! | (1 << (bit & 7));
    }
    const start = NODE_HEADER_BYTES_MAX + presenceBytes;
    const end = start + 1 + ends.length * bytesPerArc;
    if (this.directArcs.length < end) this.directArcs = new Uint8Array(oversize(end));
    const buffer = this.directArcs;
    for (let i = 0; i < ends.length; i++) {
      const arcStart = ends[i - 1] ?? 0;
      const target = start + 1 + i * bytesPerArc;
      buffer[target] = arcs[arcStart]!; // the flags; the label is implied
      buffer.set(arcs.subarray(arcStart + 2, ends[i]!), target + 1);
    }
    buffer[start] = firstLabel;
    this.append(nodeHeader(NODE_DIRECT, labelRange, bytesPerArc));
    this.append(presence);
    this.append(buffer.subarray(start, end));
  }

  private append(part: Uint8Array): void {
    this.reserve(part.length);
    this.bytes.set(part, this.pos);
    this.pos += part.length;
  }

  private appendZeros(count: number): void {
    this.reserve(count);
    this.bytes.fill(0, this.pos, this.pos + count);
    this.pos += count;
  }

  private reserve(count: number): void {
    if (this.pos + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.pos + count, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.pos));
    this.bytes = grown;
  }
}

function nodeHeader(flags: number, count: number, bytesPerArc: number): Uint8Array {
  const header = new DataOutput(16);
  header.writeByte(flags);
  header.writeVInt(count);
  header.writeVInt(bytesPerArc);
  return header.bytesCopy();
}

/** How Lucene's ArrayUtil grows a byte array: an eighth more, in whole words. */
function oversize(length: number): number {
  return (length + Math.max(3, length >> 3) + 7) & ~7;
}

function newNode(depth: number): Node {
  return { arcs: [], output: NO_OUTPUT, isFinal: false, depth };
}

function newArc(label: number): Arc {
  return { label, target: 0, isFinal: false, output: NO_OUTPUT, finalOutput: NO_OUTPUT };
}

function lastArc(node: Node): Arc {
  return node.arcs[node.arcs.length - 1]!;
}

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  const stop = Math.min(a.length, b.length);
  let at = 0;
  while (at < stop && a[at] === b[at]) at++;
  return at;
}

function prependOutput(node: Node, prefix: Uint8Array): void {
  for (const arc of node.arcs) arc.output = concatenate(prefix, arc.output);
  if (node.isFinal) node.output = concatenate(prefix, node.output);
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (b.length === 0) return a;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function writeOutput(out: DataOutput, output: Uint8Array): void {
  out.writeVInt(output.length);
  out.writeBytes(output);
}

/** Equal keys mean equal nodes of one arc. */
function singleKey(arc: Arc): string {
  const output = Buffer.from(arc.output).toString("latin1");
  const finalOutput = Buffer.from(arc.finalOutput).toString("latin1");
  const isFinal = arc.isFinal ? 1 : 0;
  return `${arc.label},${arc.target},${isFinal},${output.length},${output}${finalOutput}`;
}
