package dev.dogvision.predict;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Why an answer is better not relied on, for programs and for people.
 *
 * @param kind what kind of reason it is
 * @param breeds for {@link Kind#BETWEEN_BREEDS} those that it is between, the most probable first;
 *     else empty
 */
public record Doubt(Kind kind, List<Classification> breeds) {

  /** Kinds of reasons. */
  public enum Kind {
    /**
     * The picture may show no dog, or none of the breeds that the model knows: {@link
     * Prediction#isUnsure()}.
     */
    NOT_ONE_OF_THESE,

    /** Further breeds are at least half as probable as the most probable one. */
    BETWEEN_BREEDS,

    /**
     * The picture's shorter side has less than a quarter of the pixels that the network looks at.
     */
    TOO_SMALL,

    /** Hardly anything in the picture is brighter than black. */
    TOO_DARK,

    /** Hardly anything in the picture is darker than white. */
    TOO_BRIGHT;

    /**
     * The name that files give it.
     *
     * @return for example {@code between_breeds}
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int NAMED = 5;

  /** Copies the breeds. */
  public Doubt {
    breeds = ImmutableList.copyOf(breeds);
  }

  Doubt(Kind kind) {
    this(kind, List.of());
  }

  /**
   * For people.
   *
   * @return a sentence's part, for example {@code between malamute (48 %) and siberian_husky (44
   *     %)}
   */
  @Override
  public String toString() {
    return switch (kind) {
      case NOT_ONE_OF_THESE -> "it may show no dog, or none of these breeds";
      case BETWEEN_BREEDS -> between();
      case TOO_SMALL -> "the picture is very small";
      case TOO_DARK -> "the picture is almost black";
      case TOO_BRIGHT -> "the picture is almost white";
    };
  }

  private String between() {
    List<String> names =
        breeds.stream()
            .limit(NAMED)
            .map(
                breed ->
                    String.format(
                        Locale.ROOT, "%s (%.0f %%)", breed.label(), 100 * breed.probability()))
            .toList();
    int more = breeds.size() - names.size();
    return "between "
        + (more > 0
            ? String.join(", ", names) + " and " + more + " more"
            : names.stream().limit(names.size() - 1L).collect(Collectors.joining(", "))
                + " and "
                + names.get(names.size() - 1));
  }
}
