package dev.dogvision.train;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;

/** A field that has to be there. */
final class JsonField {
  private JsonField() {}

  /**
   * The field.
   *
   * @throws JsonParseException if there is none
   */
  static JsonElement of(JsonObject json, String name) {
    JsonElement field = json.get(name);
    if (field == null) {
      throw new JsonParseException("'" + name + "' is missing");
    }
    return field;
  }
}
