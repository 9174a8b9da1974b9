package dev.dogvision.train;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.dogvision.Optimizer;
import dev.dogvision.image.Augmentation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A run's settings as JSON, and back. What is infinite or not set is left out. */
final class SettingsJson {
  private SettingsJson() {}

  static JsonObject write(TrainingSettings settings) {
    JsonObject json = new JsonObject();
    JsonArray phases = new JsonArray();
    for (Phase phase : settings.phases()) {
      JsonObject each = new JsonObject();
      each.addProperty("name", phase.name());
      each.addProperty("stages", phase.stages());
      each.addProperty("epochs", phase.epochs());
      each.addProperty("learningRate", phase.learningRate());
      phase
          .backboneLearningRate()
          .ifPresent(rate -> each.addProperty("backboneLearningRate", rate));
      phases.add(each);
    }
    json.add("phases", phases);
    json.addProperty("batchSize", settings.batchSize());
    json.addProperty("accumulate", settings.accumulate());
    json.addProperty("seed", settings.seed());
    json.add("optimizer", optimizer(settings.optimizer()));
    settings
        .backboneLearningRate()
        .ifPresent(rate -> json.addProperty("backboneLearningRate", rate));
    json.addProperty("stageDecay", settings.stageDecay());
    json.addProperty("weightDecay", settings.weightDecay());
    if (Double.isFinite(settings.gradientClipping())) {
      json.addProperty("gradientClipping", settings.gradientClipping());
    }
    json.addProperty("movingAverage", settings.movingAverage());
    json.add("schedule", schedule(settings.schedule()));
    EarlyStopping early = settings.earlyStopping();
    if (early != null) {
      JsonObject each = new JsonObject();
      each.addProperty("metric", early.metric().name());
      each.addProperty("patience", early.patience());
      each.addProperty("minimumDelta", early.minimumDelta());
      json.add("earlyStopping", each);
    }
    Augmentation augmentation = settings.augmentation();
    if (augmentation != null) {
      json.add("augmentation", numbers(augmentation.settings()));
    }
    json.addProperty("labelSmoothing", settings.labelSmoothing());
    json.addProperty("balancedClasses", settings.classWeights().balanced());
    json.add("classWeights", numbers(settings.classWeights().weights()));
    TrainingSettings.Distillation distillation = settings.distillation();
    if (distillation != null) {
      JsonObject each = new JsonObject();
      each.addProperty("temperature", distillation.temperature());
      each.addProperty("share", distillation.share());
      json.add("distillation", each);
    }
    json.addProperty("cacheBytes", settings.cacheBytes());
    return json;
  }

  static TrainingSettings read(JsonObject json) {
    List<Phase> phases = new ArrayList<>();
    for (JsonElement element : json.getAsJsonArray("phases")) {
      JsonObject phase = element.getAsJsonObject();
      phases.add(
          new Phase(
              phase.get("name").getAsString(),
              phase.get("stages").getAsInt(),
              phase.get("epochs").getAsInt(),
              phase.get("learningRate").getAsDouble(),
              optional(phase, "backboneLearningRate")));
    }
    JsonObject early = json.getAsJsonObject("earlyStopping");
    JsonObject augmentation = json.getAsJsonObject("augmentation");
    JsonObject distillation = json.getAsJsonObject("distillation");
    return new TrainingSettings(
        phases,
        json.get("batchSize").getAsInt(),
        json.get("accumulate").getAsInt(),
        json.get("seed").getAsLong(),
        optimizer(json.getAsJsonObject("optimizer")),
        optional(json, "backboneLearningRate"),
        json.get("stageDecay").getAsDouble(),
        json.get("weightDecay").getAsDouble(),
        optional(json, "gradientClipping").orElse(Double.POSITIVE_INFINITY),
        json.get("movingAverage").getAsDouble(),
        schedule(json.getAsJsonObject("schedule")),
        earlyStopping(early),
        augmentation == null ? null : Augmentation.ofSettings(numbers(augmentation)),
        json.get("labelSmoothing").getAsDouble(),
        new ClassWeights(
            json.get("balancedClasses").getAsBoolean(),
            numbers(json.getAsJsonObject("classWeights"))),
        distillation == null
            ? null
            : new TrainingSettings.Distillation(
                distillation.get("temperature").getAsDouble(),
                distillation.get("share").getAsDouble()),
        json.get("cacheBytes").getAsLong());
  }

  private static @Nullable EarlyStopping earlyStopping(@Nullable JsonObject json) {
    return json == null
        ? null
        : new EarlyStopping(
            Metric.valueOf(json.get("metric").getAsString()),
            json.get("patience").getAsInt(),
            json.get("minimumDelta").getAsDouble());
  }

  private static JsonObject optimizer(Optimizer optimizer) {
    JsonObject json = new JsonObject();
    if (optimizer instanceof Optimizer.AdamW rule) {
      json.addProperty("rule", "AdamW");
      moments(json, rule.beta1(), rule.beta2(), rule.epsilon());
    } else if (optimizer instanceof Optimizer.Adam rule) {
      json.addProperty("rule", "Adam");
      moments(json, rule.beta1(), rule.beta2(), rule.epsilon());
    } else if (optimizer instanceof Optimizer.Sgd rule) {
      json.addProperty("rule", "SGD");
      json.addProperty("momentum", rule.momentum());
    }
    return json;
  }

  private static void moments(JsonObject json, double beta1, double beta2, double epsilon) {
    json.addProperty("beta1", beta1);
    json.addProperty("beta2", beta2);
    json.addProperty("epsilon", epsilon);
  }

  private static Optimizer optimizer(JsonObject json) {
    String rule = json.get("rule").getAsString();
    return switch (rule) {
      case "AdamW" ->
          new Optimizer.AdamW(
              json.get("beta1").getAsDouble(),
              json.get("beta2").getAsDouble(),
              json.get("epsilon").getAsDouble());
      case "Adam" ->
          new Optimizer.Adam(
              json.get("beta1").getAsDouble(),
              json.get("beta2").getAsDouble(),
              json.get("epsilon").getAsDouble());
      case "SGD" -> new Optimizer.Sgd(json.get("momentum").getAsDouble());
      default -> throw new IllegalArgumentException("no optimizer is called " + rule);
    };
  }

  private static JsonObject schedule(Schedule schedule) {
    JsonObject json = new JsonObject();
    if (schedule instanceof Schedule.Constant) {
      json.addProperty("kind", "constant");
    } else if (schedule instanceof Schedule.Cosine cosine) {
      json.addProperty("kind", "cosine");
      if (!Double.isNaN(cosine.warmUpEpochs())) {
        json.addProperty("warmUpEpochs", cosine.warmUpEpochs());
      }
      json.addProperty("finalFactor", cosine.finalFactor());
    } else if (schedule instanceof Schedule.OneCycle cycle) {
      json.addProperty("kind", "oneCycle");
      json.addProperty("rise", cycle.rise());
      json.addProperty("startDivisor", cycle.startDivisor());
      json.addProperty("endDivisor", cycle.endDivisor());
    } else if (schedule instanceof Schedule.ReduceOnPlateau plateau) {
      json.addProperty("kind", "reduceOnPlateau");
      json.addProperty("metric", plateau.metric().name());
      json.addProperty("factor", plateau.factor());
      json.addProperty("patience", plateau.patience());
      json.addProperty("minimumFactor", plateau.minimumFactor());
    }
    return json;
  }

  private static Schedule schedule(JsonObject json) {
    String kind = json.get("kind").getAsString();
    return switch (kind) {
      case "constant" -> new Schedule.Constant();
      case "cosine" ->
          new Schedule.Cosine(
              optional(json, "warmUpEpochs").orElse(Double.NaN),
              json.get("finalFactor").getAsDouble());
      case "oneCycle" ->
          new Schedule.OneCycle(
              json.get("rise").getAsDouble(),
              json.get("startDivisor").getAsDouble(),
              json.get("endDivisor").getAsDouble());
      case "reduceOnPlateau" ->
          new Schedule.ReduceOnPlateau(
              Metric.valueOf(json.get("metric").getAsString()),
              json.get("factor").getAsDouble(),
              json.get("patience").getAsInt(),
              json.get("minimumFactor").getAsDouble());
      default -> throw new IllegalArgumentException("no schedule is called " + kind);
    };
  }

  private static OptionalDouble optional(JsonObject json, String name) {
    return json.has(name)
        ? OptionalDouble.of(json.get(name).getAsDouble())
        : OptionalDouble.empty();
  }

  private static JsonObject numbers(Map<String, Double> values) {
    JsonObject json = new JsonObject();
    values.forEach(json::addProperty);
    return json;
  }

  private static Map<String, Double> numbers(JsonObject json) {
    Map<String, Double> values = new LinkedHashMap<>();
    json.entrySet().forEach(entry -> values.put(entry.getKey(), entry.getValue().getAsDouble()));
    return values;
  }
}
