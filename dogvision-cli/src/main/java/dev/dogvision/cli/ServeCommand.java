package dev.dogvision.cli;

import dev.dogvision.predict.Predictor;
import dev.dogvision.web.PageServer;
import dev.dogvision.web.PredictionService;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The page that tells the breeds of pictures, served from here. */
@Command(
    name = "serve",
    description = {
      "Serves a page on which one drops, pastes or takes a picture and sees its breeds, and what"
          + " answers it: POST /api/predictions with a picture as the body.",
      "It speaks plain HTTP, to this machine alone unless --host says otherwise, and stores no"
          + " pictures. Ctrl-C ends it once what is worked on is answered; the exit code is then 0."
    })
final class ServeCommand extends Subcommand {
  private static final int BYTES_IN_A_MEGABYTE = 1 << 20;

  @Mixin private GivenModel model;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "The address to listen on; ${DEFAULT-VALUE} unless given, and 0.0.0.0 for others too.",
      defaultValue = "127.0.0.1")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "The port, or 0 for any that is free; ${DEFAULT-VALUE} unless given.",
      defaultValue = "8080")
  private int port;

  @Option(
      names = "--top",
      paramLabel = "N",
      description = "How many breeds are answered; ${DEFAULT-VALUE} unless given.",
      defaultValue = "5")
  private int top;

  @Option(
      names = "--largest-picture",
      paramLabel = "MB",
      description = "How large a picture's file may be; ${DEFAULT-VALUE} unless given.",
      defaultValue = "16")
  private int largestPicture;

  @Option(
      names = "--calls-at-once",
      paramLabel = "N",
      description = "How many pictures are worked on at once; as many as come unless given.")
  private @Nullable Integer callsAtOnce;

  @Option(
      names = "--waiting-calls",
      paramLabel = "N",
      description = "How many more may wait for their turn; others are answered 429 at once.")
  private @Nullable Integer waitingCalls;

  @Option(
      names = "--longest-wait",
      paramLabel = "SECONDS",
      description = "How long a picture may wait for its turn before it is answered 429.")
  private @Nullable Integer longestWait;

  @Override
  public Integer call() {
    if ((waitingCalls != null || longestWait != null) && callsAtOnce == null) {
      throw mistake("--waiting-calls and --longest-wait want --calls-at-once too");
    }
    try (Predictor predictor = open();
        PageServer server =
            PageServer.builder(
                    PredictionService.builder(predictor)
                        .top(top)
                        .largestPicture((long) largestPicture * BYTES_IN_A_MEGABYTE)
                        .build())
                .host(host)
                .port(port)
                .start()) {
      out().line(server.uri().toString());
      errors().println("Serving " + model.describe() + "; Ctrl-C ends it.");
      server.awaitClose();
    } catch (InterruptedException e) {
      // Which is how it ends; what was worked on is answered by now.
      return ExitCode.DONE;
    }
    return ExitCode.DONE;
  }

  private Predictor open() {
    Predictor.Builder builder = model.builder();
    if (callsAtOnce != null) {
      builder.callsAtOnce(callsAtOnce);
    }
    if (waitingCalls != null) {
      builder.waitingCalls(waitingCalls);
    }
    if (longestWait != null) {
      builder.longestWait(Duration.ofSeconds(longestWait));
    }
    return builder.open();
  }
}
