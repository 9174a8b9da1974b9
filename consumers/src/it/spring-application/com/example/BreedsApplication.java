package com.example;

import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import java.util.List;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

/** A service of Spring Boot's that asks for the three most probable breeds of a picture. */
@SpringBootApplication
public class BreedsApplication {
  public static void main(String[] arguments) {
    SpringApplication.run(BreedsApplication.class, arguments).close();
  }

  @Bean
  Predictor predictor() {
    return Predictor.pretrained();
  }

  @Bean
  CommandLineRunner topThree(Predictor predictor) {
    return arguments -> {
      String place = Predictor.class.getProtectionDomain().getCodeSource().getLocation().toString();
      if (!place.contains(".jar!/")) {
        throw new AssertionError("expected jars within a jar, found " + place);
      }
      List<Classification> best =
          predictor.top(3).predict(new RgbImage(64, 64, new byte[64 * 64 * 3]));
      if (best.size() != 3 || best.get(0).probability() < best.get(2).probability()) {
        throw new AssertionError("expected three breeds, the most probable first");
      }
      System.out.println("Spring Boot " + SpringBootVersion.getVersion() + ", top 3: " + best);
    };
  }
}
