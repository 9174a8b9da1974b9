package dev.dogvision.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.ToNumberPolicy;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.StringReader;

/**
 * Reads JSON that anybody may have written: with bounded memory, however it is nested, and nothing
 * in it that two readers would understand differently, as a name that an object has twice.
 */
public final class StrictJson {
  /** What is read in all, where a member of an object counts as two. Some 40 MB of memory. */
  public static final int MOST_VALUES = 500_000;

  /** What is said of a text that is something else than an object. */
  public static final String NO_OBJECT = "it is not a JSON object";

  private static final int DEEPEST = 64;

  private final JsonReader in;
  private int values;

  private StrictJson(JsonReader in) {
    this.in = in;
  }

  /**
   * Reads an object.
   *
   * @param text the whole text
   * @return the object
   * @throws JsonParseException if the text is something else; {@link MalformedJson#reason} says
   *     what a user is told
   */
  public static JsonObject object(String text) {
    try (JsonReader in = new JsonReader(new StringReader(text))) {
      if (in.peek() != JsonToken.BEGIN_OBJECT) {
        throw new JsonParseException(NO_OBJECT);
      }
      JsonElement element = new StrictJson(in).value(0);
      if (in.peek() != JsonToken.END_DOCUMENT) {
        throw new JsonParseException("it goes on after its end");
      }
      return element.getAsJsonObject();
    } catch (MalformedJsonException e) {
      throw new JsonParseException(MalformedJson.reason(e), e);
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new JsonParseException(MalformedJson.reason(e), e);
    }
  }

  private JsonElement value(int depth) throws IOException {
    JsonToken token = in.peek();
    if (token != JsonToken.BEGIN_OBJECT && token != JsonToken.BEGIN_ARRAY) {
      count();
      return leaf(token);
    }
    if (depth == DEEPEST) {
      throw new JsonParseException("it is nested more than " + DEEPEST + " deep");
    }
    return token == JsonToken.BEGIN_ARRAY ? array(depth) : object(depth);
  }

  /** By hand, since a Gson is some 100 classes, which each start of an application would load. */
  private JsonElement leaf(JsonToken token) throws IOException {
    return switch (token) {
      case STRING -> new JsonPrimitive(in.nextString());
      case NUMBER -> new JsonPrimitive(ToNumberPolicy.LAZILY_PARSED_NUMBER.readNumber(in));
      case BOOLEAN -> new JsonPrimitive(in.nextBoolean());
      default -> {
        in.nextNull();
        yield JsonNull.INSTANCE;
      }
    };
  }

  private JsonArray array(int depth) throws IOException {
    JsonArray array = new JsonArray();
    count();
    in.beginArray();
    while (in.hasNext()) {
      array.add(value(depth + 1));
    }
    in.endArray();
    return array;
  }

  private JsonObject object(int depth) throws IOException {
    JsonObject object = new JsonObject();
    count();
    in.beginObject();
    while (in.hasNext()) {
      String name = in.nextName();
      count();
      if (object.has(name)) {
        throw new JsonParseException("it has \"" + Excerpt.of(name) + "\" twice in one object");
      }
      object.add(name, value(depth + 1));
    }
    in.endObject();
    return object;
  }

  private void count() {
    if (++values > MOST_VALUES) {
      throw new JsonParseException("it holds more than " + MOST_VALUES + " values");
    }
  }
}
