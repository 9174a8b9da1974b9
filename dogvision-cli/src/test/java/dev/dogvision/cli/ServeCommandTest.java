package dev.dogvision.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page, served by a process of its own. */
class ServeCommandTest {
  @TempDir private Path folder;

  @Test
  void serves_the_page_and_answers_until_it_is_interrupted() throws Exception {
    Path dog = DrawnPictures.draw(folder.resolve("dog.jpg"), "beagle", new SplittableRandom(13));
    Started serving = Started.in(folder, "serve", "--port", "0", "--model", "fast");
    try {
      URI page = address(serving);
      HttpClient client = HttpClient.newHttpClient();
      HttpResponse<String> shown =
          client.send(HttpRequest.newBuilder(page).build(), BodyHandlers.ofString());
      assertThat(shown.statusCode()).isEqualTo(200);
      assertThat(shown.body()).contains("<html");

      HttpResponse<String> answer =
          client.send(
              HttpRequest.newBuilder(page.resolve("/api/predictions?top=3"))
                  .POST(BodyPublishers.ofFile(dog))
                  .build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.body()).contains("\"probability\"");

      HttpResponse<String> refused =
          client.send(
              HttpRequest.newBuilder(page.resolve("/api/predictions"))
                  .POST(BodyPublishers.ofString("no picture"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(refused.statusCode()).isEqualTo(415);
    } finally {
      serving.interrupt();
    }
    assertThat(serving.code()).as(serving.errors()).isZero();
  }

  @Test
  void a_port_that_is_taken_is_told() throws Exception {
    Started first = Started.in(folder, "serve", "--port", "0", "--model", "fast");
    try {
      String port = String.valueOf(address(first).getPort());
      Executed second = Executed.run("serve", "--port", port, "--model", "fast");

      assertThat(second.code()).isEqualTo(ExitCode.FAILED);
      assertThat(second.errors()).contains("port " + port, "Choose another port");
    } finally {
      first.interrupt();
    }
    assertThat(first.code()).isZero();
  }

  @Test
  void how_many_wait_is_asked_for_with_how_many_are_worked_on() {
    Executed executed = Executed.run("serve", "--waiting-calls", "3");

    assertThat(executed.code()).isEqualTo(ExitCode.USAGE);
    assertThat(executed.errors()).contains("--calls-at-once");
  }

  /** Where the page is, once it is. */
  private static URI address(Started serving) throws InterruptedException {
    while (!serving.out().contains("\n")) {
      assertThat(serving.isAlive()).as(serving.errors()).isTrue();
      Thread.sleep(50);
    }
    return URI.create(serving.out().strip());
  }
}
