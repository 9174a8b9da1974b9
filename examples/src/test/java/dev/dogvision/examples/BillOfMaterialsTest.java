package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an application takes over with the one dependency: everything, under licences that suit. */
class BillOfMaterialsTest {
  private static final Path BILL = Path.of("../dogvision/target/dogvision-bom.json");

  /**
   * Licences that ask for a notice and no more. What the plugin reads as BSD-4-Clause says "BSD
   * License" in its POM, and has three clauses (TwelveMonkeys, JLine).
   */
  private static final Set<String> SUITING =
      Set.of("Apache-2.0", "MIT", "BSD-2-Clause", "BSD-3-Clause", "BSD-4-Clause");

  private static JsonArray components = new JsonArray();

  @BeforeAll
  static void read() throws IOException {
    assumeThat(BILL).as("made by the build of all modules").isRegularFile();
    components =
        JsonParser.parseString(Files.readString(BILL))
            .getAsJsonObject()
            .getAsJsonArray("components");
  }

  private static List<String> licences(JsonObject component) {
    List<String> licences = new ArrayList<>();
    if (component.has("licenses")) {
      for (JsonElement element : component.getAsJsonArray("licenses")) {
        JsonObject licence = element.getAsJsonObject().getAsJsonObject("license");
        licences.add((licence.has("id") ? licence.get("id") : licence.get("name")).getAsString());
      }
    }
    return licences;
  }

  @Test
  void each_component_may_be_used_under_a_licence_that_suits() {
    for (JsonElement element : components) {
      JsonObject component = element.getAsJsonObject();
      assertThat(licences(component))
          .as(component.get("group") + " " + component.get("name"))
          .containsAnyElementsOf(SUITING);
    }
  }

  @Test
  void it_names_what_is_taken_over_and_nothing_that_only_tests_need() {
    List<String> names = new ArrayList<>();
    components.forEach(element -> names.add(element.getAsJsonObject().get("name").getAsString()));

    assertThat(names)
        .contains("dogvision-core", "dogvision-djl", "dogvision-models", "pytorch-engine", "guava")
        .doesNotContain("junit-jupiter", "assertj-core", "archunit-junit5", "metadata-extractor");
  }
}
