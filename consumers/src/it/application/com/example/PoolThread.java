package com.example;

import dev.dogvision.predict.Predictor;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;

/** First use is on a pool's thread, which knows no class loader of the application's. */
public final class PoolThread {
  private PoolThread() {}

  public static void main(String[] arguments) throws InterruptedException, ExecutionException {
    ExecutorService pool =
        Executors.newFixedThreadPool(
            2,
            work -> {
              Thread thread = new Thread(work, "pool");
              thread.setContextClassLoader(null);
              return thread;
            });
    try {
      System.out.println("pool: " + pool.submit(PoolThread::answer).get());
    } finally {
      pool.shutdown();
    }
    System.out.println("common pool: " + ForkJoinPool.commonPool().submit(PoolThread::answer).get());
  }

  private static String answer() {
    try (Predictor predictor = Predictor.pretrained()) {
      return Application.topThree(predictor);
    }
  }
}
