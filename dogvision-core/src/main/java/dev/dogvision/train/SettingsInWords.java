package dev.dogvision.train;

import static java.util.stream.Collectors.joining;

import dev.dogvision.Optimizer;
import dev.dogvision.image.Augmentation;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tells the settings of a run in sentences, the most telling first. */
final class SettingsInWords {
  private static final TrainingSettings.Updates USUAL_UPDATES =
      new TrainingSettings.Updates(
          Optimizer.adamW(), 1, Trainer.WEIGHT_DECAY, Double.POSITIVE_INFINITY, 0);

  private final TrainingSettings settings;
  private final List<DescribedSetting> described = new ArrayList<>();

  private SettingsInWords(TrainingSettings settings) {
    this.settings = settings;
  }

  /** Every setting. */
  static List<DescribedSetting> of(TrainingSettings settings) {
    SettingsInWords words = new SettingsInWords(settings);
    words.all();
    return List.copyOf(words.described);
  }

  private void all() {
    say("Training", training(), false);
    say("Learning rate", learningRate(), false);
    if (trainsTheBackbone()) {
      say("Learning rate of the backbone", backbone(), settings.rates().backbone().isEmpty());
    }
    TrainingSettings.Updates updates = settings.updates();
    say("Optimiser", optimizer(updates.optimizer()), false);
    say(
        "Batch",
        updates.accumulate() == 1
            ? count(settings.batchSize(), "photograph") + " an update"
            : updates.accumulate()
                + " batches of "
                + count(settings.batchSize(), "photograph")
                + " an update",
        false);
    say("Augmentation", augmentation(), false);
    say("Early stopping", earlyStopping(), settings.earlyStopping() == null);
    say(
        "Weight decay",
        updates.weightDecay() == 0 ? "none" : number(updates.weightDecay()),
        updates.weightDecay() == USUAL_UPDATES.weightDecay());
    say(
        "Gradient clipping",
        Double.isInfinite(updates.gradientClipping())
            ? "none"
            : "to a norm of " + number(updates.gradientClipping()),
        updates.gradientClipping() == USUAL_UPDATES.gradientClipping());
    say(
        "Moving average",
        updates.movingAverage() == 0
            ? "none"
            : "of the weights, with a decay of " + number(updates.movingAverage()),
        updates.movingAverage() == USUAL_UPDATES.movingAverage());
    loss(settings.loss());
    say(
        "Further figures",
        settings.metrics().isEmpty()
            ? "none"
            : settings.metrics().stream().map(Metric::name).collect(joining(", ")),
        settings.metrics().isEmpty());
    say("Seed", String.valueOf(settings.seed()), settings.seed() == 0);
    say(
        "Memory for what is computed once",
        String.format(Locale.ROOT, "at most %.1f GiB", settings.cacheBytes() / (double) (1L << 30)),
        true);
  }

  private void say(String name, String words, boolean usual) {
    described.add(new DescribedSetting(name, words, usual));
  }

  private boolean trainsTheBackbone() {
    return settings.phases().stream().anyMatch(phase -> phase.stages() > 0);
  }

  private String training() {
    List<Phase> phases = settings.phases();
    String most = settings.earlyStopping() == null ? "" : " at most";
    if (phases.size() == 1) {
      Phase phase = phases.get(0);
      return capital(does(phase)) + ", " + count(phase.epochs(), "epoch") + most;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < phases.size(); i++) {
      Phase phase = phases.get(i);
      text.append(i == 0 ? "First " : "; then ").append(does(phase));
      text.append(", ").append(count(phase.epochs(), "epoch")).append(most);
    }
    return text.toString();
  }

  private static String does(Phase phase) {
    if (phase.stages() == 0) {
      return "trains the head alone";
    }
    if (phase.stages() == Phase.ALL || phase.name().equals("all stages")) {
      return "fine-tunes the whole network";
    }
    return phase.stages() == 1
        ? "fine-tunes the last stage"
        : "fine-tunes the last " + phase.stages() + " stages";
  }

  private String learningRate() {
    boolean same =
        settings.phases().stream().mapToDouble(Phase::learningRate).distinct().count() == 1;
    String rates =
        same
            ? number(settings.phases().get(0).learningRate())
            : settings.phases().stream()
                .map(phase -> number(phase.learningRate()))
                .collect(joining(", then "));
    return rates + ", " + schedule(settings.rates().schedule());
  }

  private String backbone() {
    List<String> rates = new ArrayList<>();
    for (Phase phase : settings.phases()) {
      if (phase.stages() > 0) {
        rates.add(number(settings.backboneLearningRate(phase)));
      }
    }
    String all = new HashSet<>(rates).size() == 1 ? rates.get(0) : String.join(", then ", rates);
    double decay = settings.rates().stageDecay();
    return decay == 1
        ? all + " in all trained stages"
        : all + " in the last stage, in each stage before it " + number(decay) + " times as much";
  }

  private static String schedule(Schedule schedule) {
    if (schedule instanceof Schedule.Cosine cosine) {
      String fall = "falling as a cosine to " + percent(cosine.finalFactor()) + " of it";
      if (Double.isNaN(cosine.warmUpEpochs())) {
        return fall + ", after a rise over the first tenth";
      }
      return cosine.warmUpEpochs() == 0
          ? fall
          : fall
              + ", after a rise over "
              + number(cosine.warmUpEpochs())
              + (cosine.warmUpEpochs() == 1 ? " epoch" : " epochs");
    }
    if (schedule instanceof Schedule.OneCycle cycle) {
      return "reached from 1/"
          + number(cycle.startDivisor())
          + " of it over the first "
          + percent(cycle.rise())
          + ", then falling to 1/"
          + number(cycle.startDivisor() * cycle.endDivisor())
          + " (one cycle)";
    }
    if (schedule instanceof Schedule.ReduceOnPlateau plateau) {
      return "times "
          + number(plateau.factor())
          + " whenever "
          + count(plateau.patience(), "epoch")
          + " bring no better "
          + plateau.metric().name();
    }
    return "the same throughout";
  }

  private static String optimizer(Optimizer optimizer) {
    if (optimizer instanceof Optimizer.Sgd sgd) {
      return sgd.momentum() == 0
          ? "SGD without momentum"
          : "SGD with momentum " + number(sgd.momentum());
    }
    if (optimizer instanceof Optimizer.Adam adam) {
      return "Adam"
          + (adam.equals(Optimizer.adam())
              ? ""
              : constants(adam.beta1(), adam.beta2(), adam.epsilon()));
    }
    Optimizer.AdamW adamW = (Optimizer.AdamW) optimizer;
    return "AdamW"
        + (adamW.equals(Optimizer.adamW())
            ? ""
            : constants(adamW.beta1(), adamW.beta2(), adamW.epsilon()));
  }

  private static String constants(double beta1, double beta2, double epsilon) {
    return ", beta " + number(beta1) + " and " + number(beta2) + ", epsilon " + number(epsilon);
  }

  private String augmentation() {
    Augmentation given = settings.augmentation();
    if (given != null) {
      return words(given);
    }
    boolean frozen = settings.phases().stream().anyMatch(phase -> phase.stages() == 0);
    if (!trainsTheBackbone()) {
      return "none, as the backbone is frozen";
    }
    return (frozen ? "none for the head alone, then " : "") + words(Augmentation.light());
  }

  private static String words(Augmentation augmentation) {
    if (is(augmentation, Augmentation.none())) {
      return "none";
    }
    String changes = changes(augmentation.settings());
    return is(augmentation, Augmentation.light())
        ? "light: " + changes
        : is(augmentation, Augmentation.strong()) ? "strong: " + changes : changes;
  }

  private static boolean is(Augmentation augmentation, Augmentation preset) {
    return augmentation.settings().equals(preset.settings());
  }

  private static String changes(Map<String, Double> numbers) {
    List<String> changes = new ArrayList<>();
    if (of(numbers, "smallestCropArea") < 1 || of(numbers, "cropRatio") > 1) {
      changes.add(
          "crops of at least " + percent(of(numbers, "smallestCropArea")) + " of the picture");
    }
    if (of(numbers, "flipProbability") > 0) {
      changes.add(percent(of(numbers, "flipProbability")) + " mirrored");
    }
    if (of(numbers, "rotationDegrees") > 0) {
      changes.add("turns of up to " + number(of(numbers, "rotationDegrees")) + " degrees");
    }
    Map<Double, List<String>> light = new LinkedHashMap<>();
    for (String change : List.of("brightness", "contrast", "saturation")) {
      light.computeIfAbsent(of(numbers, change), amount -> new ArrayList<>()).add(change);
    }
    light.forEach(
        (amount, names) -> {
          if (amount > 0) {
            changes.add(
                String.join(" and ", names) + " up to " + percent(amount) + " more or less");
          }
        });
    if (of(numbers, "erasingProbability") > 0) {
      changes.add(
          percent(of(numbers, "erasingProbability"))
              + " with up to "
              + percent(of(numbers, "largestErasedArea"))
              + " of them erased");
    }
    if (of(numbers, "mixupAlpha") > 0) {
      changes.add("mixup with alpha " + number(of(numbers, "mixupAlpha")));
    }
    if (of(numbers, "cutMixAlpha") > 0) {
      changes.add("CutMix with alpha " + number(of(numbers, "cutMixAlpha")));
    }
    return String.join(", ", changes);
  }

  private static double of(Map<String, Double> numbers, String name) {
    return numbers.getOrDefault(name, 0.0);
  }

  private String earlyStopping() {
    EarlyStopping early = settings.earlyStopping();
    if (early == null) {
      return "none: the last epoch's weights are kept";
    }
    return "after "
        + count(early.patience(), "epoch")
        + " without a better "
        + early.metric().name()
        + (early.minimumDelta() == 0 ? "" : " by more than " + number(early.minimumDelta()))
        + "; the best epoch's weights are kept";
  }

  private void loss(TrainingSettings.Loss loss) {
    say(
        "Label smoothing",
        loss.labelSmoothing() == 0
            ? "none"
            : percent(loss.labelSmoothing()) + " of each target spread over all breeds",
        loss.labelSmoothing() == 0);
    ClassWeights weights = loss.classWeights();
    say(
        "Weights of breeds",
        weights.balanced()
            ? "rare breeds count more, so that all breeds count alike"
            : weights.weights().isEmpty()
                ? "each photograph counts alike"
                : weights.weights().entrySet().stream()
                    .map(entry -> entry.getKey() + " " + number(entry.getValue()))
                    .collect(joining(", ", "", ", others 1")),
        !weights.balanced() && weights.weights().isEmpty());
    TrainingSettings.Distillation distillation = loss.distillation();
    say(
        "Distillation",
        distillation == null
            ? "none"
            : "the teacher's word is "
                + percent(distillation.share())
                + " of the loss, at a temperature of "
                + number(distillation.temperature()),
        distillation == null);
  }

  private static String count(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }

  private static String percent(double share) {
    return number(Math.round(share * 1e6) / 1e4) + " %";
  }

  /** A number without an exponent, but for those with a long row of zeros. */
  static String number(double value) {
    return Math.abs(value) < 1e-6 && value != 0
        ? Double.toString(value).replace(".0E", "e").replace('E', 'e')
        : new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
