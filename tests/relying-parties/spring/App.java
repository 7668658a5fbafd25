package latchkey; // a package of its own: Spring looks through all of it

import java.util.Map;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** Spring Security as a relying party, as its own guide sets it up: settings, and no code but what shows who is there. */
@SpringBootApplication
@RestController
public class App {
    public static void main(String[] settings) {
        SpringApplication.run(App.class, settings);
    }

    @GetMapping("/")
    Map<String, Object> who(@AuthenticationPrincipal OidcUser user) {
        return Map.of("issuer", user.getIssuer().toString(), "email", user.getEmail());
    }
}
