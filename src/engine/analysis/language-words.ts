// Articles that elision takes off. Upstream: FrenchAnalyzer.DEFAULT_ARTICLES and its kin.

/** FrenchAnalyzer.DEFAULT_ARTICLES. */
export const FRENCH_ARTICLES: readonly string[] =
  "l m t qu n s j d c jusqu quoiqu lorsqu puisqu".split(" ");
/** CatalanAnalyzer.DEFAULT_ARTICLES. */
export const CATALAN_ARTICLES: readonly string[] = "d l m n s t".split(" ");
/** ItalianAnalyzer.DEFAULT_ARTICLES. */
export const ITALIAN_ARTICLES: readonly string[] =
  "agl all c coll d dagl dall degl dell gl l m negl nell pell s sugl sull t un v".split(" ");
/** IrishAnalyzer.DEFAULT_ARTICLES. */
export const IRISH_ARTICLES: readonly string[] = "b d m".split(" ");
/** IrishAnalyzer.HYPHENATIONS. */
export const IRISH_HYPHENATIONS: readonly string[] = "h n t".split(" ");
