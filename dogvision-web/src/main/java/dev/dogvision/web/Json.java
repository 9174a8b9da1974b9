package dev.dogvision.web;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dogvision.data.Breeds;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.predict.ActivationMap;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Doubt;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Prediction;
import java.util.List;
import java.util.Locale;

/** Writes predictions for the page. */
final class Json {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private Json() {}

  static String text(JsonObject json) {
    return GSON.toJson(json);
  }

  /** A constant's name as JSON has it. */
  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What {@link Prediction#toJson} writes, with each breed's name for people beside its label. */
  static JsonObject prediction(Prediction prediction, int top, Locale locale) {
    List<Classification> best = prediction.top(top);
    JsonObject json = breed(best.get(0), locale);
    json.add("top", breeds(best, locale));
    json.addProperty("unsure", prediction.isUnsure());
    JsonArray doubts = new JsonArray();
    for (Doubt doubt : prediction.doubts()) {
      JsonObject one = new JsonObject();
      one.addProperty("kind", doubt.kind().text());
      one.addProperty("text", doubt.toString());
      one.add("breeds", breeds(doubt.breeds(), locale));
      doubts.add(one);
    }
    json.add("doubts", doubts);
    return json;
  }

  /**
   * What the model looked at, as strengths from 0 to 1 of the places of a square, row by row, and
   * which part of the picture that square is.
   */
  static JsonObject explanation(
      Explanation explanation, Preprocessing preprocessing, Locale locale) {
    ActivationMap map = explanation.map();
    JsonObject json = new JsonObject();
    json.addProperty("label", explanation.label());
    json.addProperty("name", Breeds.displayName(explanation.label(), locale));
    json.addProperty("side", map.side());
    float highest = map.highest();
    JsonArray strengths = new JsonArray();
    for (int y = 0; y < map.side(); y++) {
      for (int x = 0; x < map.side(); x++) {
        double strength = highest > 0 ? Math.max(0, map.value(x, y)) / (double) highest : 0;
        strengths.add(Math.round(strength * 1000) / 1000.0);
      }
    }
    json.add("strengths", strengths);
    json.addProperty("seen", name(preprocessing.resizeRule()));
    json.addProperty("fraction", preprocessing.cropFraction());
    return json;
  }

  static JsonArray labels(List<String> labels, Locale locale) {
    JsonArray array = new JsonArray();
    for (String label : labels) {
      JsonObject one = new JsonObject();
      one.addProperty("label", label);
      one.addProperty("name", Breeds.displayName(label, locale));
      array.add(one);
    }
    return array;
  }

  private static JsonArray breeds(List<Classification> classifications, Locale locale) {
    JsonArray array = new JsonArray();
    classifications.forEach(classification -> array.add(breed(classification, locale)));
    return array;
  }

  private static JsonObject breed(Classification classification, Locale locale) {
    JsonObject json = new JsonObject();
    json.addProperty("label", classification.label());
    json.addProperty("name", Breeds.displayName(classification.label(), locale));
    json.addProperty("probability", classification.probability());
    return json;
  }
}
