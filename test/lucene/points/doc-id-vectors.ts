// Leaves of documents as Lucene's DocIdsWriter wrote them: document i is the top `bits` bits of
// (i + 1) * 2654435761 modulo 2^32.

export const DOC_ID_VECTORS = [
  {
    lucene: "9.12",
    bits: 24,
    count: 67,
    vectorized: false,
    hex:
      "18a6daf36e3c79379eb5601517e6dd786dcdbbf1538453da4c62ccc02a2e47f38fa72dd108b4996a3a9b" +
      "77e3214045a7081ebe8ee61f14af8198fb8cfa81555c086833d5eefb3675c4d9af5ba211e26a738ac948" +
      "ec4f114ed536efc6bcb728428095a1295e03af26657c9604de1ccd3fa303abb889731a103c5193f719f5" +
      "7de2566d64c0cfea883170d166aa572f0cddf70d85c4d5e64a9e485f317cc1b744233e9e229c25ebfdab" +
      "b3c9769291d8185a3a51ff37b38500150b6cde8df2a6ef786f152ce54dca5f8468d9",
  },
  {
    lucene: "10.4",
    bits: 16,
    count: 67,
    vectorized: true,
    hex:
      "10de060000d99a379e10396f3c48d7a6da7f75de78b7131517eeb14db5265084535deebbf1958cf38fcc" +
      "2a2a2e04c962cc3b67996a7305d108aaa308a7e241404519e077e3517eaf81881ce61fc0ba1ebef75855" +
      "5c2ef78dfa6695c4989d33fc36d5d133d50c706b73440ea2117bacd9afb34a114eeae848ec2287808a59" +
      "25b72891c3efc6c8612665",
  },
  {
    lucene: "10.4",
    bits: 21,
    count: 67,
    vectorized: true,
    hex:
      "15d57c379ec5f36e3cb46aa6daa3e1dd789260151782df4cb57156845360cdbbf14f44f38f3ec32a2e2e" +
      "3a62cc1db1996a0c28d108fba608a7ea254045da9c77e39411af810d88e61f860a1ebeff80555c78fb8c" +
      "faf071c49869e8fb36e26a33d55be16a73d45ba2114dd2d9afc648114e3fcb48ecb741808a30b8b728a9" +
      "32efc6c91309579b9f86429668c4f005d7d92f64bd7f8a700e2d1d32123b24db41800aff66f6bd4579d3" +
      "77cdbb9157b0ac26659b100d",
  },
  {
    lucene: "10.4",
    bits: 24,
    count: 67,
    vectorized: true,
    hex:
      "184a79379ec4f36e3c3e6da6dab7e6dd7831601517abda4cb5255384539ecdbbf11847f38f92c02a2e0b" +
      "3a62cc85b4996aff2dd10878a708a7f22140456c9b77e39e14af81d58ee61f0d081ebe4481555c7cfb8c" +
      "fab375c498ebeefb36226833d55ae26a73915ba211c9d5d9af004f114e37c948ec6f42808aa6bcb728de" +
      "36efc648af2665e6295e0385a395a1231ccd3fc19604de5f103c7cfd89731a9c03abb83a7de256d8f719" +
      "f57670519315ea8831b364c0cf51ddf76def572f0c8dd166aae5152c5f4dcad98468",
  },
  {
    lucene: "10.4",
    bits: 24,
    count: 66,
    vectorized: true,
    hex:
      "184a79379ec4f36e3c3e6da6dab7e6dd7831601517abda4cb5255384539ecdbbf11847f38f92c02a2e0b" +
      "3a62cc85b4996aff2dd10878a708a7f22140456c9b77e39e14af81d58ee61f0d081ebe4481555c7cfb8c" +
      "fab375c498ebeefb36226833d55ae26a73915ba211c9d5d9af004f114e37c948ec6f42808aa6bcb728de" +
      "36efc648af2665e6295e0385a395a1231ccd3fc19604de5f103c7cfd89731a9c03abb83a7de256d8f719" +
      "f57670519315ea8831b364c0cf51ddf76def572f0c8dd166aae5152c5f4dca",
  },
];
