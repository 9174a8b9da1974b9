package dev.dogvision.examples.web;

import dev.dogvision.web.PageServer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * A page where one drops, pastes or photographs a dog and sees its breeds, at
 * http://localhost:8080. The starter makes predictor and service from application.properties, which
 * also serves the page; {@link PredictionController} answers it.
 */
@SpringBootApplication
public class WebApplication {

  /**
   * Starts it.
   *
   * @param arguments properties, such as {@code --server.port=9000 --dogvision.model=fast}
   */
  public static void main(String[] arguments) {
    SpringApplication.run(WebApplication.class, arguments);
  }

  /** The page fetches nothing from elsewhere, and browsers hold it to that. */
  @Bean
  OncePerRequestFilter securityHeaders() {
    return new SecurityHeaders(PageServer.securityHeaders());
  }
}
