import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.PerformanceOptionsEnum;
import ca.uhn.fhir.rest.api.CacheControlDirective;
import ca.uhn.fhir.rest.api.DeleteCascadeModeEnum;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.MethodOutcome;
import ca.uhn.fhir.rest.api.PreferReturnEnum;
import ca.uhn.fhir.rest.api.SearchStyleEnum;
import ca.uhn.fhir.rest.api.SearchTotalModeEnum;
import ca.uhn.fhir.rest.api.SummaryEnum;
import ca.uhn.fhir.rest.client.api.IGenericClient;
import ca.uhn.fhir.rest.client.api.ServerValidationModeEnum;
import ca.uhn.fhir.rest.client.interceptor.BearerTokenAuthInterceptor;
import ca.uhn.fhir.rest.gclient.ReferenceClientParam;
import ca.uhn.fhir.rest.gclient.TokenClientParam;
import ca.uhn.fhir.rest.param.DateRangeParam;
import ca.uhn.fhir.rest.server.exceptions.AuthenticationException;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.InvalidRequestException;
import ca.uhn.fhir.rest.server.exceptions.PreconditionFailedException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.exceptions.ResourceVersionConflictException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.hl7.fhir.instance.model.api.IBaseBundle;
import org.hl7.fhir.instance.model.api.IBaseOperationOutcome;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Binary;
import org.hl7.fhir.r4.model.BooleanType;
import org.hl7.fhir.r4.model.Bundle;
import org.hl7.fhir.r4.model.CapabilityStatement;
import org.hl7.fhir.r4.model.CodeType;
import org.hl7.fhir.r4.model.Coding;
import org.hl7.fhir.r4.model.Encounter;
import org.hl7.fhir.r4.model.Enumerations.AdministrativeGender;
import org.hl7.fhir.r4.model.IdType;
import org.hl7.fhir.r4.model.Meta;
import org.hl7.fhir.r4.model.Observation;
import org.hl7.fhir.r4.model.OperationOutcome;
import org.hl7.fhir.r4.model.Parameters;
import org.hl7.fhir.r4.model.Patient;
import org.hl7.fhir.r4.model.Quantity;
import org.hl7.fhir.r4.model.Reference;
import org.hl7.fhir.r4.model.StringType;
import org.hl7.fhir.r4.model.UriType;
import org.hl7.fhir.r4.model.ValueSet;

/**
 * Uses a server as a HAPI user does. Arguments: base URL, bearer token, JSON or XML. Prints one line for each check:
 * its name, a tab, and "ok" or what went wrong.
 */
public class HapiClient {
  interface Check {
    void run() throws Exception;
  }

  static FhirContext context;
  static IGenericClient client;
  static String base;
  static EncodingEnum encoding;
  static final String RUN = UUID.randomUUID().toString().substring(0, 8);
  static final String SYSTEM = "urn:hapi:" + RUN;

  public static void main(String[] args) {
    base = args[0];
    encoding = EncodingEnum.valueOf(args[2]);
    context = FhirContext.forR4();
    context.setPerformanceOptions(PerformanceOptionsEnum.DEFERRED_MODEL_SCANNING);
    context.getRestfulClientFactory().setServerValidationMode(ServerValidationModeEnum.ONCE);
    context.getRestfulClientFactory().setSocketTimeout(30_000);
    client = client(args[1]);

    Map<String, Check> checks = new LinkedHashMap<>();
    checks.put("metadata", HapiClient::metadata);
    checks.put("create, read, vread, update, delete", HapiClient::crud);
    checks.put("a deleted resource is gone, an unknown one not found", HapiClient::goneAndUnknown);
    checks.put("a bad token is an AuthenticationException", HapiClient::badToken);
    checks.put("update as create", HapiClient::updateAsCreate);
    checks.put("decimals keep their digits", HapiClient::decimals);
    checks.put("Prefer: return=minimal and OperationOutcome", HapiClient::prefer);
    checks.put("If-Match", HapiClient::ifMatch);
    checks.put("If-None-Match answers 304", HapiClient::notModified);
    checks.put("conditional create", HapiClient::conditionalCreate);
    checks.put("conditional update", HapiClient::conditionalUpdate);
    checks.put("conditional delete", HapiClient::conditionalDelete);
    checks.put("JSON Patch", HapiClient::jsonPatch);
    checks.put("FHIRPath Patch", HapiClient::fhirPatch);
    checks.put("conditional patch", HapiClient::conditionalPatch);
    checks.put("search by string, token, date, several values", HapiClient::search);
    checks.put("search by POST", HapiClient::searchByPost);
    checks.put("paging to the end, every resource once", HapiClient::paging);
    checks.put("sort, count, total", HapiClient::sortAndTotal);
    checks.put("_summary and _elements", HapiClient::summary);
    checks.put("chain and _has", HapiClient::chains);
    checks.put("_include and _revinclude", HapiClient::includes);
    checks.put("compartment search", HapiClient::compartment);
    checks.put("an unknown parameter is an InvalidRequestException", HapiClient::unknownParameter);
    checks.put("Cache-Control: no-store", HapiClient::cacheControl);
    checks.put("history of a resource, a type, the server", HapiClient::history);
    checks.put("transaction with placeholders and conditional reference", HapiClient::transaction);
    checks.put("a failing transaction changes nothing", HapiClient::failingTransaction);
    checks.put("batch answers each entry", HapiClient::batch);
    checks.put("delete of a referenced resource conflicts, cascade deletes both", HapiClient::cascade);
    checks.put("Binary", HapiClient::binary);
    checks.put("$everything", HapiClient::everything);
    checks.put("$validate", HapiClient::validate);
    checks.put("$meta, $meta-add, $meta-delete", HapiClient::meta);
    checks.put("$expand, $validate-code, $lookup", HapiClient::terminology);
    for (Map.Entry<String, Check> check : checks.entrySet()) {
      String result = "ok";
      try {
        check.getValue().run();
      } catch (Throwable error) {
        result = text(error);
      }
      System.out.println(check.getKey() + "\t" + result);
    }
  }

  static IGenericClient client(String token) {
    IGenericClient made = context.newRestfulGenericClient(base);
    made.registerInterceptor(new BearerTokenAuthInterceptor(token));
    made.setEncoding(encoding);
    return made;
  }

  static String text(Throwable error) {
    StringBuilder said = new StringBuilder(error.getClass().getSimpleName() + ": " + error.getMessage());
    for (StackTraceElement at : error.getStackTrace()) {
      if (at.getClassName().equals("HapiClient")) {
        said.append(" (line ").append(at.getLineNumber()).append(")");
        break;
      }
    }
    return said.toString().replaceAll("\\s+", " ");
  }

  static void check(boolean holds, String what) {
    if (!holds) throw new IllegalStateException(what);
  }

  static void equal(Object expected, Object actual, String what) {
    if (expected == null ? actual != null : !expected.equals(actual)) {
      throw new IllegalStateException(what + ": expected " + expected + ", was " + actual);
    }
  }

  static <T extends Throwable> T fails(Class<T> type, Check work) throws Exception {
    try {
      work.run();
    } catch (Throwable error) {
      if (type.isInstance(error)) return type.cast(error);
      throw new IllegalStateException("expected " + type.getSimpleName() + ", was " + text(error));
    }
    throw new IllegalStateException("expected " + type.getSimpleName() + ", nothing was thrown");
  }

  static Patient patient(String family, String number) {
    Patient patient = new Patient();
    patient.addIdentifier().setSystem(SYSTEM).setValue(number);
    patient.addName().setFamily(family + RUN).addGiven("Änne").addGiven("Zoë");
    patient.setGender(AdministrativeGender.FEMALE);
    return patient;
  }

  static IdType created(Patient patient) {
    return (IdType) client.create().resource(patient).execute().getId().toUnqualifiedVersionless();
  }

  static Observation observation(IdType subject, String code, String value) {
    Observation observation = new Observation();
    observation.setStatus(Observation.ObservationStatus.FINAL);
    observation.getCode().addCoding().setSystem("http://loinc.org").setCode(code);
    observation.setSubject(new Reference(subject.toUnqualifiedVersionless()));
    observation.setValue(new Quantity().setValue(new BigDecimal(value)).setUnit("kg")
        .setSystem("http://unitsofmeasure.org").setCode("kg"));
    return observation;
  }

  static void metadata() {
    CapabilityStatement statement = client.capabilities().ofType(CapabilityStatement.class).execute();
    equal("4.0.1", statement.getFhirVersion().toCode(), "fhirVersion");
    check(statement.getRestFirstRep().getResource().size() > 140, "all resource types are listed");
  }

  static void crud() {
    MethodOutcome created = client.create().resource(patient("Crud", "1")).execute();
    check(Boolean.TRUE.equals(created.getCreated()), "created");
    check(created.getId().hasVersionIdPart(), "Location has a version");
    equal("1", created.getId().getVersionIdPart(), "version");
    check(created.getResource() instanceof Patient, "the resource comes back");
    Patient read = client.read().resource(Patient.class).withId(created.getId().getIdPart()).execute();
    equal("Änne", read.getNameFirstRep().getGiven().get(0).getValue(), "given");
    equal("1", read.getMeta().getVersionId(), "meta.versionId");
    read.setActive(true);
    MethodOutcome updated = client.update().resource(read).execute();
    equal("2", updated.getId().getVersionIdPart(), "version after update");
    Patient first = client.read().resource(Patient.class).withIdAndVersion(read.getIdElement().getIdPart(), "1").execute();
    check(!first.hasActive(), "version 1 is as it was");
    MethodOutcome deleted = client.delete().resourceById(read.getIdElement().toUnqualifiedVersionless()).execute();
    check(deleted.getOperationOutcome() instanceof OperationOutcome, "delete answers with an outcome");
  }

  static void goneAndUnknown() throws Exception {
    IdType id = created(patient("Gone", "1"));
    client.delete().resourceById(id).execute();
    fails(ResourceGoneException.class, () -> client.read().resource(Patient.class).withId(id).execute());
    ResourceNotFoundException unknown = fails(ResourceNotFoundException.class,
        () -> client.read().resource(Patient.class).withId("nobody-" + RUN).execute());
    check(unknown.getOperationOutcome() != null, "an OperationOutcome is attached");
  }

  static void badToken() throws Exception {
    IGenericClient stranger = client("nonsense");
    fails(AuthenticationException.class, () -> stranger.read().resource(Patient.class).withId("x").execute());
  }

  static void updateAsCreate() {
    Patient patient = patient("Chosen", "1");
    patient.setId("chosen-" + RUN);
    MethodOutcome outcome = client.update().resource(patient).execute();
    check(Boolean.TRUE.equals(outcome.getCreated()), "201");
    equal("chosen-" + RUN, outcome.getId().getIdPart(), "id");
  }

  static void decimals() {
    IdType subject = created(patient("Decimal", "1"));
    for (String digits : new String[] {"1.10", "0.000000001", "12345678901234567890.1234567890", "100"}) {
      MethodOutcome outcome = client.create().resource(observation(subject, "29463-7", digits)).execute();
      Observation read = client.read().resource(Observation.class).withId(outcome.getId().getIdPart()).execute();
      equal(digits, read.getValueQuantity().getValue().toPlainString(), "value");
    }
  }

  static void prefer() {
    MethodOutcome minimal = client.create().resource(patient("Prefer", "1")).prefer(PreferReturnEnum.MINIMAL).execute();
    check(minimal.getResource() == null, "no resource with return=minimal");
    check(minimal.getId() != null && minimal.getId().hasVersionIdPart(), "the id comes by Location");
    MethodOutcome told = client.create().resource(patient("Prefer", "2"))
        .prefer(PreferReturnEnum.OPERATION_OUTCOME).execute();
    check(told.getOperationOutcome() instanceof OperationOutcome, "an outcome");
  }

  static void ifMatch() throws Exception {
    MethodOutcome created = client.create().resource(patient("Match", "1")).execute();
    Patient patient = (Patient) created.getResource();
    patient.setActive(true);
    client.update().resource(patient).withAdditionalHeader("If-Match", "W/\"1\"").execute();
    patient.setActive(false);
    BaseServerResponseException stale = fails(BaseServerResponseException.class,
        () -> client.update().resource(patient).withAdditionalHeader("If-Match", "W/\"1\"").execute());
    check(stale instanceof PreconditionFailedException || stale instanceof ResourceVersionConflictException,
        "412 or 409, was " + stale.getStatusCode());
  }

  static void notModified() {
    IdType id = created(patient("Fresh", "1"));
    Patient same = client.read().resource(Patient.class).withId(id).ifVersionMatches("1").returnNull().execute();
    check(same == null, "304");
    Patient newer = client.read().resource(Patient.class).withId(id).ifVersionMatches("7").returnNull().execute();
    check(newer != null, "200 for another version");
  }

  static void conditionalCreate() throws Exception {
    String criteria = "Patient?identifier=" + SYSTEM + "|conditional-create";
    MethodOutcome first = client.create().resource(patient("Once", "conditional-create")).conditionalByUrl(criteria).execute();
    check(Boolean.TRUE.equals(first.getCreated()), "created");
    MethodOutcome second = client.create().resource(patient("Once", "conditional-create")).conditionalByUrl(criteria).execute();
    check(!Boolean.TRUE.equals(second.getCreated()), "not created again");
    equal(first.getId().getIdPart(), second.getId().getIdPart(), "id");
    created(patient("Once", "conditional-create"));
    fails(PreconditionFailedException.class, () -> client.create()
        .resource(patient("Once", "conditional-create")).conditionalByUrl(criteria).execute());
  }

  static void conditionalUpdate() {
    String criteria = "Patient?identifier=" + SYSTEM + "|conditional-update";
    MethodOutcome first = client.update().resource(patient("Cond", "conditional-update")).conditionalByUrl(criteria).execute();
    check(Boolean.TRUE.equals(first.getCreated()), "created where nothing matched");
    Patient changed = patient("Cond", "conditional-update");
    changed.setActive(true);
    MethodOutcome second = client.update().resource(changed).conditionalByUrl(criteria).execute();
    equal(first.getId().getIdPart(), second.getId().getIdPart(), "id");
    equal("2", second.getId().getVersionIdPart(), "version");
  }

  static void conditionalDelete() {
    IdType id = created(patient("Cond", "conditional-delete"));
    client.delete().resourceConditionalByUrl("Patient?identifier=" + SYSTEM + "|conditional-delete").execute();
    try {
      client.read().resource(Patient.class).withId(id).execute();
      throw new IllegalStateException("still there");
    } catch (ResourceGoneException expected) {
      check(expected.getStatusCode() == 410, "410");
    }
  }

  static void jsonPatch() {
    IdType id = created(patient("Patch", "1"));
    MethodOutcome outcome = client.patch()
        .withBody("[{\"op\":\"replace\",\"path\":\"/gender\",\"value\":\"other\"}]").withId(id).execute();
    equal("2", outcome.getId().getVersionIdPart(), "version");
    equal(AdministrativeGender.OTHER, client.read().resource(Patient.class).withId(id).execute().getGender(), "gender");
  }

  static Parameters replaceGender(String gender) {
    Parameters patch = new Parameters();
    Parameters.ParametersParameterComponent operation = patch.addParameter().setName("operation");
    operation.addPart().setName("type").setValue(new CodeType("replace"));
    operation.addPart().setName("path").setValue(new StringType("Patient.gender"));
    operation.addPart().setName("value").setValue(new CodeType(gender));
    return patch;
  }

  static void fhirPatch() {
    IdType id = created(patient("Patch", "2"));
    client.patch().withFhirPatch(replaceGender("other")).withId(id).execute();
    equal(AdministrativeGender.OTHER, client.read().resource(Patient.class).withId(id).execute().getGender(), "gender");
  }

  static void conditionalPatch() {
    IdType id = created(patient("Patch", "conditional-patch"));
    client.patch().withFhirPatch(replaceGender("male"))
        .conditionalByUrl("Patient?identifier=" + SYSTEM + "|conditional-patch").execute();
    equal(AdministrativeGender.MALE, client.read().resource(Patient.class).withId(id).execute().getGender(), "gender");
  }

  static void search() {
    IdType id = created(patient("Search", "search-1"));
    created(patient("Searching", "search-2"));
    Bundle byName = client.search().forResource(Patient.class)
        .where(Patient.FAMILY.matchesExactly().value("Search" + RUN)).returnBundle(Bundle.class).execute();
    equal(1, byName.getEntry().size(), "exact family");
    equal(id.getIdPart(), byName.getEntryFirstRep().getResource().getIdElement().getIdPart(), "id");
    check(byName.getEntryFirstRep().getFullUrl().startsWith(base), "fullUrl is absolute");
    Bundle byAccent = client.search().forResource(Patient.class)
        .where(Patient.GIVEN.matches().value("anne")).and(new TokenClientParam("identifier")
        .exactly().systemAndCode(SYSTEM, "search-1")).returnBundle(Bundle.class).execute();
    equal(1, byAccent.getEntry().size(), "without accents");
    Bundle several = client.search().forResource(Patient.class).where(Patient.IDENTIFIER.exactly()
        .systemAndValues(SYSTEM, List.of("search-1", "search-2"))).returnBundle(Bundle.class).execute();
    equal(2, several.getEntry().size(), "one of several");
    Bundle recent = client.search().forResource(Patient.class).where(Patient.IDENTIFIER.exactly()
        .systemAndValues(SYSTEM, List.of("search-1", "search-2")))
        .lastUpdated(new DateRangeParam(new Date(System.currentTimeMillis() - 600_000), null))
        .returnBundle(Bundle.class).execute();
    equal(2, recent.getEntry().size(), "_lastUpdated");
  }

  static void searchByPost() {
    created(patient("Post", "by-post"));
    Bundle found = client.search().forResource(Patient.class)
        .where(Patient.IDENTIFIER.exactly().systemAndIdentifier(SYSTEM, "by-post"))
        .usingStyle(SearchStyleEnum.POST).returnBundle(Bundle.class).execute();
    equal(1, found.getEntry().size(), "found");
  }

  static void paging() {
    Bundle all = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    for (int i = 0; i < 45; i += 1) {
      all.addEntry().setResource(patient("Page", "page-" + i)).getRequest()
          .setMethod(Bundle.HTTPVerb.POST).setUrl("Patient");
    }
    client.transaction().withBundle(all).execute();
    Bundle page = client.search().forResource(Patient.class)
        .where(Patient.FAMILY.matches().value("Page" + RUN)).count(10).returnBundle(Bundle.class).execute();
    Set<String> seen = new HashSet<>();
    int pages = 0;
    while (true) {
      pages += 1;
      for (Bundle.BundleEntryComponent entry : page.getEntry()) {
        check(seen.add(entry.getResource().getIdElement().getIdPart()), "nothing comes twice");
      }
      if (page.getLink(IBaseBundle.LINK_NEXT) == null) break;
      page = client.loadPage().next(page).execute();
      check(pages < 10, "paging ends");
    }
    equal(45, seen.size(), "resources");
    equal(5, pages, "pages");
  }

  static void sortAndTotal() {
    for (int i = 0; i < 3; i += 1) {
      Patient patient = patient("Sort", "sort-" + i);
      patient.setBirthDateElement(new org.hl7.fhir.r4.model.DateType("198" + (2 - i) + "-05-01"));
      created(patient);
    }
    Bundle sorted = client.search().forResource(Patient.class).where(Patient.FAMILY.matches().value("Sort" + RUN))
        .sort().ascending(Patient.BIRTHDATE).totalMode(SearchTotalModeEnum.ACCURATE).count(2)
        .returnBundle(Bundle.class).execute();
    equal(3, sorted.getTotal(), "total");
    equal(2, sorted.getEntry().size(), "page");
    equal("1980-05-01", ((Patient) sorted.getEntry().get(0).getResource()).getBirthDateElement().getValueAsString(), "first");
  }

  static void summary() {
    created(patient("Summary", "summary"));
    Bundle counted = client.search().forResource(Patient.class).where(Patient.FAMILY.matches().value("Summary" + RUN))
        .summaryMode(SummaryEnum.COUNT).returnBundle(Bundle.class).execute();
    equal(1, counted.getTotal(), "count");
    check(counted.getEntry().isEmpty(), "no entries");
    Bundle some = client.search().forResource(Patient.class).where(Patient.FAMILY.matches().value("Summary" + RUN))
        .elementsSubset("identifier").returnBundle(Bundle.class).execute();
    Patient part = (Patient) some.getEntryFirstRep().getResource();
    check(part.hasIdentifier() && !part.hasName(), "only what was asked for");
    check(part.getMeta().getTag().stream().anyMatch(tag -> "SUBSETTED".equals(tag.getCode())), "SUBSETTED");
    Bundle summary = client.search().forResource(Patient.class).where(Patient.FAMILY.matches().value("Summary" + RUN))
        .summaryMode(SummaryEnum.TRUE).returnBundle(Bundle.class).execute();
    check(((Patient) summary.getEntryFirstRep().getResource()).hasName(), "_summary=true has the name");
  }

  static void chains() {
    IdType id = created(patient("Chain", "chain"));
    client.create().resource(observation(id, "29463-7", "70")).execute();
    Bundle chained = client.search().forResource(Observation.class)
        .where(new ReferenceClientParam("subject").hasChainedProperty("Patient",
            Patient.IDENTIFIER.exactly().systemAndIdentifier(SYSTEM, "chain")))
        .returnBundle(Bundle.class).execute();
    equal(1, chained.getEntry().size(), "chained");
    Bundle reverse = client.search().forResource(Patient.class)
        .where(Patient.IDENTIFIER.exactly().systemAndIdentifier(SYSTEM, "chain"))
        .and(new TokenClientParam("_has:Observation:subject:code").exactly()
            .systemAndCode("http://loinc.org", "29463-7"))
        .returnBundle(Bundle.class).execute();
    equal(1, reverse.getEntry().size(), "_has");
  }

  static void includes() {
    IdType id = created(patient("Include", "include"));
    client.create().resource(observation(id, "29463-7", "70")).execute();
    client.create().resource(observation(id, "29463-7", "71")).execute();
    Bundle included = client.search().forResource(Observation.class)
        .where(Observation.SUBJECT.hasId(id)).include(Observation.INCLUDE_SUBJECT)
        .returnBundle(Bundle.class).execute();
    equal(3, included.getEntry().size(), "two observations and their patient");
    Bundle reverse = client.search().forResource(Patient.class)
        .where(Patient.RES_ID.exactly().code(id.getIdPart())).revInclude(Observation.INCLUDE_SUBJECT)
        .returnBundle(Bundle.class).execute();
    equal(3, reverse.getEntry().size(), "the patient and two observations");
    equal(2L, reverse.getEntry().stream()
        .filter(entry -> entry.getSearch().getMode() == Bundle.SearchEntryMode.INCLUDE).count(), "mode include");
  }

  static void compartment() {
    IdType id = created(patient("Compartment", "compartment"));
    client.create().resource(observation(id, "29463-7", "70")).execute();
    Bundle found = client.search().forResource(Patient.class)
        .withIdAndCompartment(id.getIdPart(), "Observation").returnBundle(Bundle.class).execute();
    check(found != null && found.getEntry().size() == 1, "one observation");
  }

  static void unknownParameter() throws Exception {
    fails(InvalidRequestException.class, () -> client.search().byUrl("Patient?nonsense=1")
        .returnBundle(Bundle.class).execute());
  }

  static void cacheControl() {
    created(patient("Cache", "cache"));
    Bundle found = client.search().forResource(Patient.class).where(Patient.FAMILY.matches().value("Cache" + RUN))
        .cacheControl(new CacheControlDirective().setNoCache(true).setNoStore(true).setMaxResults(10))
        .returnBundle(Bundle.class).execute();
    equal(1, found.getEntry().size(), "found");
  }

  static void history() {
    Patient patient = (Patient) client.create().resource(patient("History", "1")).execute().getResource();
    IdType id = patient.getIdElement().toUnqualifiedVersionless();
    patient.setActive(true);
    client.update().resource(patient).execute();
    client.delete().resourceById(id).execute();
    Bundle instance = client.history().onInstance(id).returnBundle(Bundle.class).execute();
    equal(3, instance.getEntry().size(), "versions");
    equal(Bundle.HTTPVerb.DELETE, instance.getEntry().get(0).getRequest().getMethod(), "the deletion is first");
    check(!instance.getEntry().get(0).hasResource(), "and has no resource");
    equal(Bundle.HTTPVerb.POST, instance.getEntry().get(2).getRequest().getMethod(), "the creation is last");
    check(instance.getEntry().get(2).getResponse().getStatus().startsWith("201"), "201");
    Bundle type = client.history().onType(Patient.class).returnBundle(Bundle.class).count(3).execute();
    equal(3, type.getEntry().size(), "of the type");
    equal(id.getIdPart(), new IdType(type.getEntry().get(0).getFullUrl()).getIdPart(), "the newest is first");
    Bundle server = client.history().onServer().returnBundle(Bundle.class)
        .since(new Date(System.currentTimeMillis() - 600_000)).count(3).execute();
    equal(3, server.getEntry().size(), "of the server");
  }

  static void transaction() {
    IdType known = created(patient("Known", "known"));
    Bundle bundle = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    String uuid = "urn:uuid:" + UUID.randomUUID();
    bundle.addEntry().setFullUrl(uuid).setResource(patient("Tx", "tx")).getRequest()
        .setMethod(Bundle.HTTPVerb.POST).setUrl("Patient");
    Observation first = observation(known, "29463-7", "1.0");
    first.setSubject(new Reference(uuid));
    bundle.addEntry().setResource(first).getRequest().setMethod(Bundle.HTTPVerb.POST).setUrl("Observation");
    Observation second = observation(known, "29463-7", "2.0");
    second.setSubject(new Reference("Patient?identifier=" + SYSTEM + "|known"));
    bundle.addEntry().setResource(second).getRequest().setMethod(Bundle.HTTPVerb.POST).setUrl("Observation");
    bundle.addEntry().setResource(patient("Known", "known")).getRequest()
        .setMethod(Bundle.HTTPVerb.POST).setUrl("Patient").setIfNoneExist("identifier=" + SYSTEM + "|known");
    bundle.addEntry().getRequest().setMethod(Bundle.HTTPVerb.GET).setUrl("Patient?identifier=" + SYSTEM + "|tx");
    Bundle answer = client.transaction().withBundle(bundle).execute();
    equal(5, answer.getEntry().size(), "answers");
    check(answer.getEntry().get(0).getResponse().getStatus().startsWith("201"), "201");
    check(answer.getEntry().get(0).getResponse().getEtag().equals("W/\"1\""), "etag");
    check(answer.getEntry().get(3).getResponse().getStatus().startsWith("200"), "200 for what was there");
    IdType made = new IdType(answer.getEntry().get(0).getResponse().getLocation());
    Observation linked = client.read().resource(Observation.class)
        .withId(new IdType(answer.getEntry().get(1).getResponse().getLocation()).getIdPart()).execute();
    equal("Patient/" + made.getIdPart(), linked.getSubject().getReference(), "placeholder");
    Observation conditional = client.read().resource(Observation.class)
        .withId(new IdType(answer.getEntry().get(2).getResponse().getLocation()).getIdPart()).execute();
    equal("Patient/" + known.getIdPart(), conditional.getSubject().getReference(), "conditional reference");
    equal(1, ((Bundle) answer.getEntry().get(4).getResource()).getEntry().size(), "the search sees what was written");
  }

  static void failingTransaction() throws Exception {
    Bundle bundle = new Bundle().setType(Bundle.BundleType.TRANSACTION);
    bundle.addEntry().setResource(patient("Never", "never")).getRequest()
        .setMethod(Bundle.HTTPVerb.POST).setUrl("Patient");
    Observation wrong = observation(new IdType("Patient/absent-" + RUN), "29463-7", "1");
    bundle.addEntry().setResource(wrong).getRequest().setMethod(Bundle.HTTPVerb.POST).setUrl("Observation");
    fails(InvalidRequestException.class, () -> client.transaction().withBundle(bundle).execute());
    Bundle found = client.search().forResource(Patient.class)
        .where(Patient.IDENTIFIER.exactly().systemAndIdentifier(SYSTEM, "never")).returnBundle(Bundle.class).execute();
    check(found.getEntry().isEmpty(), "nothing was written");
  }

  static void batch() {
    Bundle bundle = new Bundle().setType(Bundle.BundleType.BATCH);
    bundle.addEntry().setResource(patient("Batch", "batch")).getRequest()
        .setMethod(Bundle.HTTPVerb.POST).setUrl("Patient");
    bundle.addEntry().getRequest().setMethod(Bundle.HTTPVerb.GET).setUrl("Patient/nobody-" + RUN);
    Bundle answer = client.transaction().withBundle(bundle).execute();
    check(answer.getEntry().get(0).getResponse().getStatus().startsWith("201"), "201");
    check(answer.getEntry().get(1).getResponse().getStatus().startsWith("404"), "404");
    check(answer.getEntry().get(1).getResponse().getOutcome() instanceof OperationOutcome, "outcome");
  }

  static void cascade() throws Exception {
    IdType id = created(patient("Cascade", "cascade"));
    IdType referring = (IdType) client.create().resource(observation(id, "29463-7", "70")).execute().getId();
    fails(ResourceVersionConflictException.class, () -> client.delete().resourceById(id).execute());
    client.delete().resourceById(id).cascade(DeleteCascadeModeEnum.DELETE).execute();
    fails(ResourceGoneException.class, () -> client.read().resource(Patient.class).withId(id).execute());
    fails(ResourceGoneException.class,
        () -> client.read().resource(Observation.class).withId(referring.getIdPart()).execute());
  }

  static void binary() {
    Binary binary = new Binary();
    binary.setContentType("application/pdf");
    binary.setContent(new byte[] {0x25, 0x50, 0x44, 0x46, 0, 1, 2, (byte) 0xff});
    MethodOutcome outcome = client.create().resource(binary).execute();
    Binary read = client.read().resource(Binary.class).withId(outcome.getId().getIdPart()).execute();
    equal("application/pdf", read.getContentType(), "contentType");
    equal(8, read.getContent().length, "bytes");
  }

  static void everything() {
    IdType id = created(patient("Everything", "everything"));
    client.create().resource(observation(id, "29463-7", "70")).execute();
    Encounter encounter = new Encounter();
    encounter.setStatus(Encounter.EncounterStatus.FINISHED);
    encounter.setClass_(new Coding("http://terminology.hl7.org/CodeSystem/v3-ActCode", "AMB", null));
    encounter.setSubject(new Reference(id));
    client.create().resource(encounter).execute();
    Parameters out = client.operation().onInstance(id).named("$everything")
        .withNoParameters(Parameters.class).execute();
    Bundle bundle = (Bundle) out.getParameterFirstRep().getResource();
    equal(3, bundle.getEntry().size(), "patient, observation, encounter");
    Bundle byGet = client.operation().onInstance(id).named("$everything")
        .withNoParameters(Parameters.class).useHttpGet().returnResourceType(Bundle.class).execute();
    equal(3, byGet.getEntry().size(), "by GET");
  }

  static void validate() {
    MethodOutcome good = client.validate().resource(patient("Valid", "valid")).execute();
    OperationOutcome outcome = (OperationOutcome) good.getOperationOutcome();
    check(outcome.getIssue().stream().noneMatch(issue -> issue.getSeverity() == OperationOutcome.IssueSeverity.ERROR
        || issue.getSeverity() == OperationOutcome.IssueSeverity.FATAL), "no errors");
    Observation bad = new Observation();
    bad.setStatus(Observation.ObservationStatus.FINAL);
    IBaseOperationOutcome found;
    try {
      found = client.validate().resource(bad).execute().getOperationOutcome();
    } catch (BaseServerResponseException error) {
      found = error.getOperationOutcome();
    }
    check(((OperationOutcome) found).getIssue().stream()
        .anyMatch(issue -> issue.getSeverity() == OperationOutcome.IssueSeverity.ERROR), "a missing code is an error");
  }

  static void meta() {
    IdType id = created(patient("Meta", "meta"));
    Meta tags = new Meta();
    tags.addTag().setSystem(SYSTEM).setCode("marked");
    Meta added = client.meta().add().onResource(id).meta(tags).execute();
    equal("marked", added.getTagFirstRep().getCode(), "$meta-add");
    Meta read = client.meta().get(Meta.class).fromResource(id).execute();
    equal(1, read.getTag().size(), "$meta");
    Meta removed = client.meta().delete().onResource(id).meta(tags).execute();
    check(removed.getTag().isEmpty(), "$meta-delete");
  }

  static void terminology() {
    String url = "http://hl7.org/fhir/ValueSet/administrative-gender";
    Parameters in = new Parameters();
    in.addParameter().setName("url").setValue(new UriType(url));
    ValueSet expanded = client.operation().onType(ValueSet.class).named("$expand").withParameters(in)
        .returnResourceType(ValueSet.class).execute();
    equal(4, expanded.getExpansion().getContains().size(), "codes");
    Parameters code = new Parameters();
    code.addParameter().setName("url").setValue(new UriType(url));
    code.addParameter().setName("system").setValue(new UriType("http://hl7.org/fhir/administrative-gender"));
    code.addParameter().setName("code").setValue(new CodeType("female"));
    Parameters valid = client.operation().onType(ValueSet.class).named("$validate-code").withParameters(code).execute();
    check(((BooleanType) valid.getParameter("result").getValue()).booleanValue(), "$validate-code");
    Parameters lookup = new Parameters();
    lookup.addParameter().setName("system").setValue(new UriType("http://hl7.org/fhir/administrative-gender"));
    lookup.addParameter().setName("code").setValue(new CodeType("female"));
    Parameters found = client.operation().onType("CodeSystem").named("$lookup").withParameters(lookup).execute();
    check(found.getParameter("display") != null, "$lookup");
  }
}
