package dev.dogvision.web;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.predict.Predictor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;

/** A predictor whose calls for a picture wait until they are let go. */
final class SlowPredictor {
  final CountDownLatch began = new CountDownLatch(1);
  final CountDownLatch end = new CountDownLatch(1);

  Predictor of(Predictor predictor) {
    return (Predictor)
        Proxy.newProxyInstance(
            Predictor.class.getClassLoader(),
            new Class<?>[] {Predictor.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("predict") || method.getName().equals("explain")) {
                began.countDown();
                Uninterruptibles.awaitUninterruptibly(end);
              }
              try {
                return method.invoke(predictor, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
