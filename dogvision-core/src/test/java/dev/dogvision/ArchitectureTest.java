package dev.dogvision;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

@AnalyzeClasses(packages = "dev.dogvision", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule core_knows_no_engine =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("ai.djl..", "org.pytorch..", "dev.dogvision.djl..");

  @ArchTest
  static final ArchRule the_seam_knows_nothing_of_the_core =
      noClasses()
          .that()
          .resideInAPackage("dev.dogvision.spi..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.dogvision.image..",
              "dev.dogvision.data..",
              "dev.dogvision.model..",
              "dev.dogvision.train..",
              "dev.dogvision.predict..",
              "dev.dogvision.evaluate..");

  @ArchTest
  static final ArchRule the_facade_stands_above_the_seam =
      noClasses()
          .that()
          .resideInAPackage("dev.dogvision.(*)..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("dev.dogvision.DogVision");

  @ArchTest
  static final ArchRule pictures_on_their_way_know_nothing_of_what_comes_of_them =
      noClasses()
          .that()
          .resideInAPackage("dev.dogvision.internal.pipeline..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.dogvision.data..",
              "dev.dogvision.model..",
              "dev.dogvision.train..",
              "dev.dogvision.predict..",
              "dev.dogvision.evaluate..");

  @ArchTest
  static final ArchRule inputs_know_nothing_of_the_training_that_reads_them =
      noClasses()
          .that()
          .resideInAPackage("dev.dogvision.internal.inputs..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "dev.dogvision.model..",
              "dev.dogvision.train..",
              "dev.dogvision.predict..",
              "dev.dogvision.evaluate..");

  /** From the ground up: a package may use what stands before it, never what stands after it. */
  private static final List<String> ORDER =
      List.of("image", "data", "model", "evaluate", "predict", "train");

  @ArchTest
  static void arrows_between_packages_go_one_way(JavaClasses classes) {
    for (int i = 0; i < ORDER.size() - 1; i++) {
      String[] later =
          ORDER.subList(i + 1, ORDER.size()).stream()
              .map(name -> "dev.dogvision." + name + "..")
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage("dev.dogvision." + ORDER.get(i) + "..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(later)
          .check(classes);
    }
  }

  @ArchTest
  static final ArchRule core_draws_no_charts_and_writes_no_protobuf =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.knowm.xchart..",
              "com.google.protobuf..",
              "org.tensorflow..",
              "dev.dogvision.report..",
              "dev.dogvision.tensorboard..");
}
