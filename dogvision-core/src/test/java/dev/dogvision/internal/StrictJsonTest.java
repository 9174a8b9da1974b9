package dev.dogvision.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrictJsonTest {
  @Test
  void should_read_what_is_well_formed() {
    assertThat(StrictJson.object(" {\"a\": [1, -2.5e3, \"x\", true, null, {}], \"b\": {}} "))
        .hasToString("{\"a\":[1,-2.5e3,\"x\",true,null,{}],\"b\":{}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|it is not a JSON object",
        "7|it is not a JSON object",
        "{\"a\":1,\"a\":2}|it has \"a\" twice in one object",
        "{\"x\":{\"a\":1,\"\\u0061\":2}}|it has \"a\" twice in one object",
        "{} {}|malformed JSON at line 1 column 5 path $",
        "{\"a\":NaN}|malformed JSON at line 1 column 6 path $.a",
        "{'a':1}|malformed JSON at line 1 column 3 path $.",
        "{\"a\":1|End of input at line 1 column 7 path $.a",
      })
  void should_say_what_is_wrong_in_a_users_words(String text, String reason) {
    assertThatThrownBy(() -> StrictJson.object(text))
        .isInstanceOf(JsonParseException.class)
        .satisfies(
            e ->
                assertThat(MalformedJson.reason(e).replaceAll(" +", " ").strip())
                    .isEqualTo(reason.strip()));
  }

  @Test
  void should_bound_depth_and_number() {
    assertThatThrownBy(() -> StrictJson.object("{\"a\":".repeat(100_000)))
        .hasMessage("it is nested more than 64 deep");
    assertThatThrownBy(() -> StrictJson.object("{\"a\":" + "[".repeat(100_000)))
        .hasMessage("it is nested more than 64 deep");
    String most = "0,".repeat(StrictJson.MOST_VALUES - 4) + "0";
    assertThat(StrictJson.object("{\"a\":[" + most + "]}").getAsJsonArray("a"))
        .hasSize(StrictJson.MOST_VALUES - 3);
    assertThatThrownBy(() -> StrictJson.object("{\"a\":[" + most + ",0]}"))
        .hasMessage("it holds more than 500000 values");
  }
}
