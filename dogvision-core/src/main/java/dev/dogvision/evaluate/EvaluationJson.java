package dev.dogvision.evaluate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;

/** Writes {@link Evaluation#toJson}. */
final class EvaluationJson {
  private static final int MISTAKES = 100;
  private static final Gson GSON =
      new GsonBuilder().serializeNulls().setPrettyPrinting().disableHtmlEscaping().create();

  private EvaluationJson() {}

  static String of(Evaluation evaluation) {
    JsonObject json = new JsonObject();
    json.addProperty("photographs", evaluation.size());
    json.addProperty("breeds", evaluation.labels().size());
    json.addProperty("accuracy", evaluation.accuracy());
    ConfidenceInterval interval = evaluation.accuracyInterval(Evaluation.SHOWN_CONFIDENCE);
    JsonObject ends = new JsonObject();
    ends.addProperty("lower", interval.lower());
    ends.addProperty("upper", interval.upper());
    ends.addProperty("confidence", interval.confidence());
    json.add("accuracyInterval", ends);
    json.addProperty("top5Accuracy", evaluation.topAccuracy(5));
    json.addProperty("logLoss", evaluation.logLoss());
    json.addProperty("macroF1", evaluation.macroF1());
    json.addProperty("weightedF1", evaluation.weightedF1());
    json.addProperty("temperature", evaluation.temperature());
    json.add(
        "beforeScaling",
        evaluation
            .beforeScaling()
            .<JsonElement>map(EvaluationJson::before)
            .orElse(JsonNull.INSTANCE));
    json.add("calibration", calibration(evaluation.calibration()));
    JsonArray breeds = new JsonArray();
    for (BreedScore score : evaluation.perBreed()) {
      JsonObject breed = new JsonObject();
      breed.addProperty("label", score.label());
      breed.addProperty("support", score.support());
      breed.add("precision", number(score.precision()));
      breed.add("recall", number(score.recall()));
      breed.add("f1", number(score.f1()));
      breeds.add(breed);
    }
    json.add("perBreed", breeds);
    JsonArray confusions = new JsonArray();
    for (ConfusedPair pair : evaluation.confusion().mostConfused(Integer.MAX_VALUE)) {
      JsonObject confusion = new JsonObject();
      confusion.addProperty("truth", pair.truth());
      confusion.addProperty("predicted", pair.predicted());
      confusion.addProperty("count", pair.count());
      confusions.add(confusion);
    }
    json.add("confusions", confusions);
    JsonArray mistakes = new JsonArray();
    for (Mistake worst : evaluation.worstMistakes(MISTAKES)) {
      JsonObject mistake = new JsonObject();
      mistake.addProperty("id", worst.id());
      mistake.addProperty("truth", worst.truth());
      mistake.addProperty("predicted", worst.predicted());
      mistake.addProperty("probability", worst.probability());
      mistake.addProperty("truthProbability", worst.truthProbability());
      mistake.addProperty("loss", worst.loss());
      mistakes.add(mistake);
    }
    json.add("worstMistakes", mistakes);
    return GSON.toJson(json);
  }

  private static JsonObject before(Evaluation unscaled) {
    JsonObject json = new JsonObject();
    json.addProperty("logLoss", unscaled.logLoss());
    json.addProperty("expectedCalibrationError", unscaled.calibration().expectedError());
    return json;
  }

  private static JsonObject calibration(Calibration calibration) {
    JsonObject json = new JsonObject();
    json.addProperty("expectedError", calibration.expectedError());
    json.addProperty("maximumError", calibration.maximumError());
    json.addProperty("meanConfidence", calibration.meanConfidence());
    JsonArray bins = new JsonArray();
    for (Calibration.Bin source : calibration.bins()) {
      JsonObject bin = new JsonObject();
      bin.addProperty("lower", source.lower());
      bin.addProperty("upper", source.upper());
      bin.addProperty("count", source.count());
      bin.add("confidence", number(source.confidence()));
      bin.add("accuracy", number(source.accuracy()));
      bins.add(bin);
    }
    json.add("bins", bins);
    return json;
  }

  /** JSON has no NaN. */
  private static JsonElement number(double value) {
    return Double.isNaN(value) ? JsonNull.INSTANCE : new JsonPrimitive(value);
  }
}
