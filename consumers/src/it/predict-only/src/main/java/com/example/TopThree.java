package com.example;

import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/** An application that asks for the three most probable breeds of an uploaded picture. */
public final class TopThree {
  private TopThree() {}

  public static void main(String[] arguments) throws IOException {
    List<Classification> best;
    try (Predictor predictor = Predictor.pretrained()) {
      best = predictor.top(3).predict(upload());
    }
    System.out.println(best);
    if (best.size() != 3 || best.get(0).probability() < best.get(2).probability()) {
      throw new AssertionError("expected three breeds, the most probable first");
    }
    for (String name : List.of("ai.djl.Model", "ai.djl.pytorch.engine.PtEngine")) {
      try {
        throw new AssertionError("expected no Deep Java Library, found " + Class.forName(name));
      } catch (ClassNotFoundException expected) {
        System.out.println("not there, as it should be: " + name);
      }
    }
  }

  /** A drawn picture, as a browser would send one. */
  private static byte[] upload() throws IOException {
    BufferedImage picture = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(Color.GREEN.darker());
    graphics.fillRect(0, 0, 400, 300);
    graphics.setColor(Color.ORANGE.darker());
    graphics.fillOval(100, 80, 200, 140);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    if (!ImageIO.write(picture, "jpeg", bytes)) {
      throw new AssertionError("no writer of JPEG");
    }
    return bytes.toByteArray();
  }
}
