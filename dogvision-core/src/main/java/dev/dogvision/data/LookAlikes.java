package dev.dogvision.data;

import com.google.common.collect.ImmutableMap;

/**
 * Letters of other scripts that look as Latin ones do: a breed with a Cyrillic a in it is another
 * breed to a program, and the same to whoever reads it. The list is of those that keyboards have,
 * and no substitute for all that Unicode knows.
 */
final class LookAlikes {
  private static final String CYRILLIC = "АВЕКМНОРСТУХЅІЈԚԜҮаеорсухѕіјԛԝһԁӏк";
  private static final String CYRILLIC_AS_LATIN = "ABEKMHOPCTYXSIJQWYaeopcyxsijqwhdlk";
  private static final String GREEK = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοναιρκυ";
  private static final String GREEK_AS_LATIN = "ABEZHIKMNOPTYXovaipku";
  private static final String OTHERS = "օոսհցԱᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᏙᎳᏃɑɡⅼ";
  private static final String OTHERS_AS_LATIN = "onuhgUABCDEGHJKLMPRSTVWZagl";

  private static final ImmutableMap<Integer, Integer> LATIN =
      table(CYRILLIC + GREEK + OTHERS, CYRILLIC_AS_LATIN + GREEK_AS_LATIN + OTHERS_AS_LATIN);

  private LookAlikes() {}

  private static ImmutableMap<Integer, Integer> table(String letters, String latin) {
    int[] from = letters.codePoints().toArray();
    int[] to = latin.codePoints().toArray();
    ImmutableMap.Builder<Integer, Integer> table = ImmutableMap.builder();
    for (int i = 0; i < Math.max(from.length, to.length); i++) {
      table.put(from[i], to[i]);
    }
    return table.buildOrThrow();
  }

  /** The text with Latin letters for those that look like them. */
  static String latin(String text) {
    if (text.chars().allMatch(character -> character < 0x250)) {
      return text;
    }
    StringBuilder latin = new StringBuilder(text.length());
    text.codePoints()
        .map(letter -> LATIN.getOrDefault(letter, letter))
        .forEach(latin::appendCodePoint);
    return latin.toString();
  }
}
