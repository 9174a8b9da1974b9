package dev.dogvision.predict;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** Writes {@link Prediction#toJson}. */
final class PredictionJson {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private PredictionJson() {}

  static String of(Prediction prediction, int k) {
    List<Classification> top = prediction.top(k);
    JsonObject json = new JsonObject();
    json.addProperty("label", top.get(0).label());
    json.addProperty("probability", top.get(0).probability());
    json.add("top", classifications(top));
    json.addProperty("unsure", prediction.isUnsure());
    JsonArray doubts = new JsonArray();
    for (Doubt doubt : prediction.doubts()) {
      JsonObject one = new JsonObject();
      one.addProperty("kind", doubt.kind().text());
      one.addProperty("text", doubt.toString());
      one.add("breeds", classifications(doubt.breeds()));
      doubts.add(one);
    }
    json.add("doubts", doubts);
    return GSON.toJson(json);
  }

  private static JsonArray classifications(List<Classification> classifications) {
    JsonArray array = new JsonArray();
    for (Classification classification : classifications) {
      JsonObject one = new JsonObject();
      one.addProperty("label", classification.label());
      one.addProperty("probability", classification.probability());
      array.add(one);
    }
    return array;
  }
}
