package dev.dogvision.spring;

import dev.dogvision.predict.PredictionEvent;
import dev.dogvision.predict.PredictionEvent.Call;
import dev.dogvision.predict.PredictionEvent.Ended;
import dev.dogvision.predict.PredictionEvent.Outcome;
import dev.dogvision.predict.PredictionListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Meters of what a predictor is asked and how it ends. All are there from the start, at zero. */
final class PredictionMeters implements PredictionListener {
  private static final String PREFIX = "dogvision.";

  private final Map<Call, Map<Outcome, Timer>> totals = new EnumMap<>(Call.class);
  private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
  private final Timer waiting;
  private final Timer decoding;
  private final Timer computing;
  private final AtomicInteger callsWaiting = new AtomicInteger();
  private final AtomicInteger callsRunning = new AtomicInteger();

  PredictionMeters(MeterRegistry registry) {
    for (Call call : Call.values()) {
      Map<Outcome, Timer> timers = new EnumMap<>(Outcome.class);
      for (Outcome outcome : Outcome.values()) {
        timers.put(
            outcome,
            Timer.builder(PREFIX + "predictions")
                .description("From a call's arrival to its end, by what was asked and how it ended")
                .tag("call", call.text())
                .tag("outcome", outcome.text())
                .register(registry));
      }
      totals.put(call, timers);
    }
    counters.put(
        Outcome.UNSURE,
        counter(registry, "predictions.unsure", "Answers of which the model is unsure"));
    counters.put(
        Outcome.BAD_PICTURE,
        counter(registry, "pictures.unreadable", "Pictures that can't be read"));
    counters.put(
        Outcome.OVERLOADED,
        counter(registry, "calls.refused", "Calls turned away because of too many others"));
    counters.put(Outcome.FAILED, counter(registry, "calls.failed", "Calls that failed otherwise"));
    waiting = timer(registry, "waiting", "Calls' time before their turn");
    decoding = timer(registry, "decoding", "Reading and decoding of single pictures");
    computing = timer(registry, "computing", "Resizing and the network");
    Gauge.builder(PREFIX + "calls.waiting", callsWaiting, AtomicInteger::get)
        .description("Calls that wait for their turn")
        .register(registry);
    Gauge.builder(PREFIX + "calls.running", callsRunning, AtomicInteger::get)
        .description("Calls that are worked on")
        .register(registry);
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder(PREFIX + name).description(description).register(registry);
  }

  private static Timer timer(MeterRegistry registry, String name, String description) {
    return Timer.builder(PREFIX + name).description(description).register(registry);
  }

  @Override
  public void onEvent(PredictionEvent event) {
    if (event instanceof PredictionEvent.Arrived) {
      callsWaiting.incrementAndGet();
    } else if (event instanceof PredictionEvent.Started) {
      callsWaiting.decrementAndGet();
      callsRunning.incrementAndGet();
    } else if (event instanceof Ended ended) {
      ended(ended);
    }
  }

  private void ended(Ended ended) {
    boolean single = ended.call() != Call.BATCH;
    if (single) {
      (ended.started() ? callsRunning : callsWaiting).decrementAndGet();
      waiting.record(ended.waiting());
    }
    record(decoding, ended.decoding());
    record(computing, ended.computing());
    Map<Outcome, Timer> timers = totals.get(ended.call());
    Timer total = timers == null ? null : timers.get(ended.outcome());
    if (total != null) {
      total.record(ended.total());
    }
    Counter counter = counters.get(ended.outcome());
    if (counter != null) {
      counter.increment();
    }
  }

  /** What was not done did not take no time. */
  private static void record(Timer timer, Duration duration) {
    if (!duration.isZero()) {
      timer.record(duration);
    }
  }
}
