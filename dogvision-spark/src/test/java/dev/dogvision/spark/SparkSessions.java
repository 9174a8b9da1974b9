package dev.dogvision.spark;

import org.apache.spark.sql.SparkSession;

/** Sessions of Spark that listen on this machine alone. */
final class SparkSessions {
  private SparkSessions() {}

  private static SparkSession.Builder builder(String master) {
    return SparkSession.builder()
        .master(master)
        .appName("dogvision-spark")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.warehouse.dir", "target/warehouse");
  }

  /** Two tasks at once, in this process. */
  static SparkSession threads() {
    return builder("local[2]").getOrCreate();
  }

  /**
   * Two executors, each a process of its own.
   *
   * @param megabytes of an executor's heap
   */
  static SparkSession processes(int megabytes) {
    return builder("local-cluster[2,1," + megabytes + "]")
        .config("spark.executor.memory", megabytes + "m")
        .config("spark.executor.extraClassPath", System.getProperty("java.class.path"))
        .config("spark.executor.extraJavaOptions", "-XX:ActiveProcessorCount=1")
        .getOrCreate();
  }
}
