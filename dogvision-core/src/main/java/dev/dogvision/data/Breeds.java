package dev.dogvision.data;

import static com.google.common.collect.ImmutableList.toImmutableList;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.io.Resources;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.internal.BreedNames;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Names of breeds for people, whose labels are written for programs: {@code german_shepherd} is
 * Pastor Alemão in Portuguese, and Deutscher Schäferhund in the nomenclature of the Fédération
 * Cynologique Internationale. Known are the breeds of the embedded models.
 *
 * <pre>{@code
 * Breeds.displayName(prediction.best().label(), Locale.forLanguageTag("pt"));
 * }</pre>
 *
 * <p>A label may be spelled in any common way, as for a warm start, or be a name itself.
 */
@CheckReturnValue
public final class Breeds {
  private static final ImmutableMap<String, Breed> BREEDS = read();

  /** Each breed's names, by which it is found, in the breeds' order. */
  private static final ImmutableList<String> NAMES =
      BREEDS.values().stream()
          .map(breed -> String.join(",", breed.label(), breed.english(), breed.portuguese()))
          .collect(toImmutableList());

  private Breeds() {}

  /**
   * The names of one breed.
   *
   * @param label as the embedded models have it
   * @param english its name in English
   * @param portuguese its name in Portuguese, as in Brazil
   * @param kennelClub its name as the Fédération Cynologique Internationale spells it, of which
   *     varieties may share one; empty for what is no breed there, such as crosses and wild dogs
   */
  public record Breed(
      String label, String english, String portuguese, Optional<String> kennelClub) {}

  /**
   * The breed that a label means.
   *
   * @param label as a model or a data set has it
   * @return empty for one that is not known
   */
  public static Optional<Breed> find(String label) {
    Breed exact = BREEDS.get(label);
    if (exact != null) {
      return Optional.of(exact);
    }
    Integer index = BreedNames.match(List.of(label), NAMES).get(label);
    return index == null ? Optional.empty() : Optional.of(all().get(index));
  }

  /**
   * A label for people to read.
   *
   * @param label as a model or a data set has it
   * @param locale Portuguese gives names in Portuguese, any other language those in English
   * @return the breed's name; of a breed that is not known its label, with blanks and capitals
   */
  public static String displayName(String label, Locale locale) {
    return find(label)
        .map(breed -> locale.getLanguage().equals("pt") ? breed.portuguese() : breed.english())
        .orElseGet(() -> capitalised(label));
  }

  /**
   * All breeds whose names are known.
   *
   * @return in the order of their labels
   */
  public static List<Breed> all() {
    return BREEDS.values().asList();
  }

  private static String capitalised(String label) {
    StringBuilder name = new StringBuilder(label.replace('_', ' ').strip());
    for (int i = 0; i < name.length(); i++) {
      if (i == 0 || name.charAt(i - 1) == ' ') {
        name.setCharAt(i, Character.toTitleCase(name.charAt(i)));
      }
    }
    return name.toString();
  }

  private static ImmutableMap<String, Breed> read() {
    Map<String, Breed> breeds = new LinkedHashMap<>();
    try (Reader reader =
            Resources.asCharSource(
                    Resources.getResource(Breeds.class, "breeds.csv"), StandardCharsets.UTF_8)
                .openStream();
        CSVParser rows =
            CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get().parse(reader)) {
      for (CSVRecord row : rows) {
        String label = row.get("label");
        String kennelClub = row.get("kennel_club");
        breeds.put(
            label,
            new Breed(
                label,
                row.get("english"),
                row.get("portuguese"),
                kennelClub.isEmpty() ? Optional.empty() : Optional.of(kennelClub)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ImmutableMap.copyOf(breeds);
  }
}
