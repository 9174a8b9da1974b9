package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class BreedsTest {
  private static final Locale PORTUGUESE = Locale.forLanguageTag("pt-BR");

  @Test
  void names_breeds_in_english_portuguese_and_as_kennel_clubs_do() {
    assertThat(Breeds.displayName("german_shepherd", Locale.ENGLISH)).isEqualTo("German Shepherd");
    assertThat(Breeds.displayName("german_shepherd", PORTUGUESE)).isEqualTo("Pastor Alemão");
    assertThat(Breeds.displayName("boston_bull", Locale.GERMAN)).isEqualTo("Boston Terrier");
    assertThat(Breeds.find("dalmatian").orElseThrow().kennelClub()).contains("Dalmatinski pas");
    assertThat(Breeds.find("goldendoodle").orElseThrow().kennelClub()).isEmpty();
  }

  @Test
  void knows_breeds_as_data_sets_spell_them() {
    assertThat(Breeds.displayName("n02106662-German_shepherd", PORTUGUESE))
        .isEqualTo("Pastor Alemão");
    assertThat(Breeds.displayName("Boston terrier", PORTUGUESE)).isEqualTo("Boston Terrier");
    assertThat(Breeds.displayName("Shih Tzu", Locale.ENGLISH)).isEqualTo("Shih Tzu");
    assertThat(Breeds.find("american_pit_bull_terrier").orElseThrow().label())
        .isEqualTo("american_pit_bull_terrier");
  }

  @Test
  void a_breed_that_is_not_known_is_its_label_with_blanks_and_capitals() {
    assertThat(Breeds.find("rua_viralata")).isEmpty();
    assertThat(Breeds.displayName("rua_viralata", PORTUGUESE)).isEqualTo("Rua Viralata");
  }

  @Test
  void every_breed_has_all_names_and_is_found_by_them() {
    List<Breeds.Breed> all = Breeds.all();
    assertThat(all).hasSizeGreaterThanOrEqualTo(136);
    assertThat(all).extracting(Breeds.Breed::label).isSorted().doesNotHaveDuplicates();
    for (Breeds.Breed breed : all) {
      assertThat(breed.english()).isNotBlank();
      assertThat(breed.portuguese()).isNotBlank();
      assertThat(breed.label()).matches("[a-z]+([-_][a-z]+)*");
      for (String name : List.of(breed.english(), breed.portuguese())) {
        assertThat(Breeds.find(name)).as(name).map(Breeds.Breed::label).contains(breed.label());
      }
    }
  }
}
