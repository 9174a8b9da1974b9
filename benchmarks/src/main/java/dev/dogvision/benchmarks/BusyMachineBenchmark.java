package dev.dogvision.benchmarks;

import dev.dogvision.Device;
import dev.dogvision.DogVision;
import dev.dogvision.EngineInfo;
import dev.dogvision.Precision;
import dev.dogvision.model.Backbone;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * What the engines do on a machine that has other work: bare passes of a MobileNetV2 beside threads
 * that compute without end. Each way to let threads wait is a process of its own, since it is
 * chosen when the native library is loaded.
 */
public final class BusyMachineBenchmark {
  private static final int CLASSES = 120;
  private static final int PIXELS = 224;
  private static final int STEP = 16;
  private static final int[] BUSY_LOOPS = {0, 2, 4};

  private BusyMachineBenchmark() {}

  /**
   * Prints the table.
   *
   * @param arguments none; the processes that it starts get the engine's name
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 0) {
      measure(arguments[0]);
      return;
    }
    System.out.println(
        "| engine, its threads wait | pass | "
            + String.join(" | ", headings(" busy loops, ms"))
            + " |");
    System.out.println("|---|---|" + "---|".repeat(BUSY_LOOPS.length));
    Map<String, Map<String, String>> ways = new LinkedHashMap<>();
    ways.put("as DogVision has it, 200 microseconds spinning", Map.of());
    ways.put("as PyTorch has it, 3 ms spinning", Map.of("GOMP_SPINCOUNT", "300000"));
    ways.put("10 microseconds spinning", Map.of("GOMP_SPINCOUNT", "1000"));
    ways.put("without spinning", Map.of("OMP_WAIT_POLICY", "passive"));
    String trains = Engines.forTraining().name();
    for (Map.Entry<String, Map<String, String>> way : ways.entrySet()) {
      child(trains, trains + ", " + way.getKey(), way.getValue());
    }
    for (EngineInfo engine : DogVision.engines()) {
      if (!engine.name().equals(trains)) {
        child(engine.name(), engine.name(), Map.of());
      }
    }
  }

  private static List<String> headings(String unit) {
    List<String> headings = new ArrayList<>();
    for (int loops : BUSY_LOOPS) {
      headings.add(loops + unit);
    }
    return headings;
  }

  private static void child(String engine, String title, Map<String, String> environment)
      throws IOException, InterruptedException {
    ProcessBuilder builder = OwnProcess.of(BusyMachineBenchmark.class, engine);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IOException(title + ": the process ended with " + process.exitValue());
    }
    output.lines().forEach(line -> System.out.println("| " + title + " | " + line));
  }

  private static void measure(String name) {
    Engine engine = Engines.forPrediction(name);
    Backbone backbone = Backbone.untrained(1.0, PIXELS, 13);
    NetworkPlan plan = backbone.plan();
    for (int size : new int[] {1, 8}) {
      PixelBatch batch = new PixelBatch(pixels(size), size, PIXELS);
      try (Network network =
          engine.open(plan, plan.whole(), backbone.weights(), Device.CPU, Precision.FLOAT32)) {
        row(
            "forward, batches of " + size,
            20,
            () -> {
              ActivationBatch unused = network.forward(batch);
            });
      }
    }
    if (name.equals(Engines.forTraining().name())) {
      step(Engines.forTraining(), backbone);
    }
  }

  private static void step(Engine engine, Backbone backbone) {
    PixelBatch batch = new PixelBatch(pixels(STEP), STEP, PIXELS);
    try (BareTrainingStep step = new BareTrainingStep(engine, backbone, batch, CLASSES)) {
      row("training step, batches of " + STEP, 5, step::run);
    }
  }

  /** Measures one kind of pass beside each number of busy loops, and prints a part of a row. */
  private static void row(String name, int rounds, Runnable pass) {
    StringBuilder row = new StringBuilder(name).append(" |");
    for (int loops : BUSY_LOOPS) {
      BusyLoops busy = new BusyLoops(loops);
      try {
        row.append(
            String.format(
                Locale.ROOT, " %.1f |", SideBySide.median(loops == 0 ? 10 : 3, rounds, pass)));
      } finally {
        busy.stop();
      }
    }
    System.out.println(row);
  }

  private static byte[] pixels(int images) {
    byte[] pixels = new byte[images * PIXELS * PIXELS * 3];
    new Random(1).nextBytes(pixels);
    return pixels;
  }
}
