package dev.dogvision.examples.web;

import dev.dogvision.web.Answer;
import dev.dogvision.web.PictureRequest;
import dev.dogvision.web.PredictionService;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the page asks. Bad pictures, large ones and overload are answers too, as JSON problems. */
@RestController
class PredictionController {
  private final PredictionService service;

  PredictionController(PredictionService service) {
    this.service = service;
  }

  /** Breeds of the picture whose file is the request's body. */
  @PostMapping("/api/predictions")
  ResponseEntity<byte[]> predict(HttpServletRequest request) throws IOException {
    return response(
        service.predict(
            new PictureRequest(
                request.getInputStream(),
                request.getContentLengthLong(),
                request.getQueryString(),
                request.getHeader("Accept-Language"))));
  }

  /** What the model knows, and how large a picture may be. */
  @GetMapping("/api/model")
  ResponseEntity<byte[]> model(HttpServletRequest request) {
    return response(service.model(request.getHeader("Accept-Language")));
  }

  private static ResponseEntity<byte[]> response(Answer answer) {
    return ResponseEntity.status(answer.status())
        .headers(headers -> answer.headers().forEach(headers::set))
        .cacheControl(CacheControl.noStore())
        .contentType(MediaType.parseMediaType(answer.contentType()))
        .body(answer.bytes());
  }
}
