package dev.dogvision.spark;

import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Pictures of blots, in three colours that a head can tell apart, and a small network. */
final class DrawnPictures {
  static final List<String> COLOURS = List.of("blue", "green", "red");
  private static final List<Color> VALUES = List.of(Color.BLUE, Color.GREEN, Color.RED);
  private static final int SIDE = 96;

  /** Columns of {@link #frame}. */
  static final StructType SCHEMA =
      new StructType()
          .add("path", DataTypes.StringType)
          .add("colour", DataTypes.StringType)
          .add("content", DataTypes.BinaryType);

  private DrawnPictures() {}

  static TransferModel start(long seed) {
    return TransferModel.mobileNetV2()
        .untrained(seed)
        .width(0.1)
        .inputSize(32)
        .labels(Labels.of(COLOURS.toArray(String[]::new)))
        .build();
  }

  /** A network that answers something, if not much. */
  static TrainedModel model(long seed) {
    TransferModel start = start(seed);
    return start.trained(start.initialWeights(), Map.of());
  }

  static String name(int number) {
    return String.format(Locale.ROOT, "picture-%04d", number);
  }

  static String colour(int number) {
    return COLOURS.get(number % COLOURS.size());
  }

  /** The same bytes for the same number. */
  static byte[] content(int number) {
    Random random = new Random(number);
    BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(Color.GRAY);
    graphics.fillRect(0, 0, SIDE, SIDE);
    graphics.setColor(VALUES.get(number % VALUES.size()));
    for (int i = 0; i < 12; i++) {
      graphics.fillOval(random.nextInt(SIDE), random.nextInt(SIDE), 8 + random.nextInt(40), 30);
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, number % 2 == 0 ? "jpg" : "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static List<ImageSource> sources(int count) {
    List<ImageSource> sources = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sources.add(ImageSource.of(name(i), content(i)));
    }
    return sources;
  }

  /** Numbers from 0, in so many partitions. */
  static Dataset<Row> frame(SparkSession spark, int count, int partitions) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      rows.add(RowFactory.create(name(i), colour(i), content(i)));
    }
    return spark.createDataFrame(rows, SCHEMA).repartition(partitions);
  }
}
