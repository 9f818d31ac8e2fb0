// A finite state transducer from byte strings to byte strings, as Lucene stores it.
//
// Nodes are written backwards: a reader starts at a node's address and reads towards lower
// positions. Arcs of a node ascend by label. A node is one of
//   list          arcs one after the other, until one has LAST_ARC
//   binary search 0x20, vInt arcs, vInt bytesPerArc, then arcs of that fixed length
//   direct        0x40, vInt labelRange, vInt bytesPerArc, presence bits of labelRange, first
//                 label, then the present arcs of that fixed length, without labels
//   continuous    0x60 (version 9), vInt arcs, vInt bytesPerArc, first label, then arcs without
//                 labels
// An arc:
//   u8     flags            below
//   u8     label
//   bytes  output           HAS_OUTPUT: vInt length, bytes
//   bytes  finalOutput      HAS_FINAL_OUTPUT: likewise; belongs to the input that ends here
//   vLong  target           unless STOP_NODE or TARGET_NEXT
// The metadata, in the caller's file:
//   header "FST" 6–9; u8 1 + vInt length + bytes reversed, or 0 (output of the empty input);
//   u8 input type (0 = bytes); vLong start node; vLong bytes
// Upstream: org.apache.lucene.util.fst.FST (9.1.0, 9.12.3).

/** Codec name in the header of an FST's metadata. */
export const FST_CODEC = "FST";
/** Oldest version that is read: Lucene 8. */
export const FST_VERSION_START = 6;
/** What is written: Lucene 9.0's, little-endian. */
export const FST_VERSION_LITTLE_ENDIAN = 8;
/** Lucene 9.10's, with continuous nodes. */
export const FST_VERSION_CONTINUOUS_ARCS = 9;

/** An input ends behind this arc. */
export const FINAL_ARC = 1;
/** No arc of the node follows. */
export const LAST_ARC = 2;
/** The target is the node that follows this one. */
export const TARGET_NEXT = 4;
/** The target has no arcs. */
export const STOP_NODE = 8;
/** The arc has an output. */
export const HAS_OUTPUT = 16;
/** The input that ends here has an output of its own. */
export const HAS_FINAL_OUTPUT = 32;

/** Node flags: combinations that an arc's flags never have. */
export const NODE_BINARY_SEARCH = 32;
/** Arcs are found by their presence bits. */
export const NODE_DIRECT = 64;
/** Labels have no gaps. */
export const NODE_CONTINUOUS = 96;

/** Addresses of nodes without arcs. */
export const FINAL_END_NODE = -1;
/** The end of no input. */
export const NON_FINAL_END_NODE = 0;
