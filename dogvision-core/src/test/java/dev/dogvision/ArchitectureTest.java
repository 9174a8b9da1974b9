package dev.dogvision;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

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
              "dev.dogvision.evaluate..",
              "dev.dogvision.report..");
}
