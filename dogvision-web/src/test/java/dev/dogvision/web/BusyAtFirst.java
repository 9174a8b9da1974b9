package dev.dogvision.web;

import dev.dogvision.OverloadedException;
import dev.dogvision.predict.Predictor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Turns away the first call, answers the second, turns away four, and answers from then on. */
final class BusyAtFirst {
  private final Predictor predictor;
  private final AtomicInteger calls = new AtomicInteger();

  BusyAtFirst(Predictor predictor) {
    this.predictor = predictor;
  }

  Predictor predictor() {
    return (Predictor)
        Proxy.newProxyInstance(
            Predictor.class.getClassLoader(),
            new Class<?>[] {Predictor.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("explain")) {
                int call = calls.incrementAndGet();
                if (call == 1 || (call > 2 && call <= 6)) {
                  throw new OverloadedException(1, 0, Duration.ZERO, "busy");
                }
              }
              try {
                return method.invoke(predictor, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
