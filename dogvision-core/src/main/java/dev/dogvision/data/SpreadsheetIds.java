package dev.dogvision.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What becomes of an id that a spreadsheet, or a program for tables, takes for a number: {@code
 * 0007} turns into {@code 7}, {@code 7} into {@code 7.0}, and {@code 1234567890123456789} into
 * {@code 1.23457E+18}. The first two can be undone where the names of the images allow one reading
 * only; the third has lost digits.
 */
final class SpreadsheetIds {
  private static final Pattern DIGITS = Pattern.compile("\\d+");
  private static final Pattern FRACTION = Pattern.compile("(\\d+)\\.0+");
  private static final Pattern ROUNDED = Pattern.compile("(\\d(?:[.,]\\d+)?)[Ee][+-]\\d{1,3}");

  /** A number in digits, or one that a spreadsheet reads as a power: {@code 000e123}. */
  private static final Pattern NUMBER = Pattern.compile("\\d+([Ee]\\d{1,3})?");

  private static final int LONGEST = 100;

  private SpreadsheetIds() {}

  /** Whether an id is a number of which digits are lost. */
  static boolean isRounded(String id) {
    return ROUNDED.matcher(id.substring(id.lastIndexOf('/') + 1)).matches();
  }

  /**
   * The name that an id had before, if the names that there are leave one reading only.
   *
   * @param id the last part of an id, for which there is no image
   * @param names the images' names without suffix
   */
  static Optional<String> restored(String id, Collection<String> names) {
    String number = id;
    Matcher fraction = FRACTION.matcher(id);
    if (fraction.matches()) {
      number = fraction.group(1);
    } else if (id.startsWith("'")) {
      number = id.substring(1); // how a spreadsheet marks digits as text
    }
    if (!number.equals(id) && names.contains(number)) {
      return Optional.of(number);
    }
    if (!DIGITS.matcher(number).matches()) {
      return Optional.empty();
    }
    String shortened = number;
    return width(names)
        .filter(width -> width > shortened.length())
        .map(width -> "0".repeat(width - shortened.length()) + shortened)
        .filter(names::contains);
  }

  /**
   * The width that numbers are filled up to with zeros: that of the shortest, if no longer one
   * begins with a zero. Where names are mixed, 7 may be 07 or 007, or missing.
   */
  private static Optional<Integer> width(Collection<String> names) {
    int shortest = Integer.MAX_VALUE;
    int longestWithZero = 0;
    for (String name : names) {
      if (DIGITS.matcher(name).matches()) {
        shortest = Math.min(shortest, name.length());
        if (name.startsWith("0")) {
          longestWithZero = Math.max(longestWithZero, name.length());
        }
      }
    }
    return longestWithZero > 0 && longestWithZero <= shortest
        ? Optional.of(shortest)
        : Optional.empty();
  }

  /** The names that an id may have been: of the same number, as far as its digits go. */
  static List<String> candidates(String id, Collection<String> names) {
    Matcher rounded = ROUNDED.matcher(id);
    boolean lostDigits = rounded.matches();
    if (id.length() > LONGEST
        || !(lostDigits || DIGITS.matcher(id).matches() || FRACTION.matcher(id).matches())) {
      return List.of();
    }
    BigDecimal value = new BigDecimal(id.replace(',', '.'));
    int digits = lostDigits ? rounded.group(1).replaceAll("\\D", "").length() : 0;
    List<String> candidates = new ArrayList<>();
    for (String name : names) {
      if (name.length() <= LONGEST && NUMBER.matcher(name).matches()) {
        BigDecimal number = new BigDecimal(name);
        BigDecimal shown =
            lostDigits ? number.round(new MathContext(digits, RoundingMode.HALF_UP)) : number;
        if (shown.compareTo(value) == 0) {
          candidates.add(name);
        }
      }
    }
    Collections.sort(candidates);
    return candidates;
  }
}
