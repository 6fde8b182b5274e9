import de.tk.opensource.secon.Directory;
import de.tk.opensource.secon.Identity;
import de.tk.opensource.secon.SECON;
import de.tk.opensource.secon.Subscriber;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Opens or seals one SECON message with the reference tool of the statutory health insurers.
 * Arguments: open|seal, own key (PKCS#8 PEM), own certificate (PEM), partner's certificate (PEM), input, output.
 */
public final class Interop {

    public static void main(String[] args) throws Exception {
        PrivateKey key = key(Path.of(args[1]));
        X509Certificate own = certificate(Path.of(args[2]));
        X509Certificate partner = certificate(Path.of(args[3]));
        Path input = Path.of(args[4]);
        Path output = Path.of(args[5]);
        Identity identity = new Identity() {
            @Override
            public PrivateKey privateKey() {
                return key;
            }

            @Override
            public X509Certificate certificate() {
                return own;
            }
        };
        Directory directory = new Directory() {
            @Override
            public Optional<X509Certificate> certificate(X509CertSelector selector) {
                return List.of(own, partner).stream().filter(selector::match).findFirst();
            }

            @Override
            public Optional<X509Certificate> certificate(String identifier) {
                return Optional.empty();
            }
        };
        Subscriber subscriber = SECON.subscriber(identity, directory);
        if (args[0].equals("seal")) {
            SECON.copy(
                () -> Files.newInputStream(input),
                subscriber.signAndEncryptTo(() -> Files.newOutputStream(output), partner));
        } else {
            SECON.copy(
                subscriber.decryptAndVerifyFrom(() -> Files.newInputStream(input)),
                () -> Files.newOutputStream(output));
        }
    }

    private static PrivateKey key(Path pem) throws Exception {
        String base64 = Files.readString(pem).replaceAll("-----[A-Z ]+-----|\\s", "");
        byte[] der = Base64.getDecoder().decode(base64);
        return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    }

    private static X509Certificate certificate(Path pem) throws Exception {
        ByteArrayInputStream bytes = new ByteArrayInputStream(Files.readAllBytes(pem));
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(bytes);
    }
}
