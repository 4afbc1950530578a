//! ЕСИА's stand-in judges what was signed, and its tokens are judged here: both generations, both algorithms.

use exchange_stand::consent::{Person, play};
use exchange_stand::esia::{Options, Stand};
use exchange_stand::http::{self, Answer};
use serde_json::{Value, json};
use url::Url;
use url::form_urlencoded::Serializer;

use super::world::World;

const SYSTEM: &str = "EXCHANGE_TEST";
const SCOPE: &str = "openid fullname birthdate snils";
const STATE: &str = "0f7b3a80-8f6e-4f7e-9a3e-3c9a2b1d0e5f";

struct Esia {
    stand: Stand,
    /// Nobody serves it: its address is what is looked at.
    redirect: String,
}

impl Esia {
    /// Knows the system by the certificate of this file; tokens are signed by this algorithm.
    fn knowing(world: &World, certificate: &str, algorithm: &str) -> Self {
        let stand = Stand::spawn(Options { legacy_rsa: true, ..Options::default() }).unwrap();
        let esia = Self { redirect: format!("http://{}/back", stand.addr()), stand };
        let pem = std::fs::read_to_string(world.path(certificate)).unwrap();
        let client = json!({"id": SYSTEM, "name": "Обмен", "redirectUris": [esia.redirect],
            "certificates": [pem], "tokenAlgorithm": algorithm});
        esia.call("POST", "/_stand/seed", &[], &json!({"clients": [client]}).to_string()).accepted().unwrap();
        esia
    }

    fn url(&self, path: &str) -> Url {
        format!("http://{}{path}", self.stand.addr()).parse().unwrap()
    }

    fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        http::send(method, &self.url(path), headers, body).unwrap()
    }

    /// Takes the certificates that tokens are signed with as `ALGORITHM.crt`.
    fn certificates(&self, world: &World) {
        let told = self.call("GET", "/_stand/certificates", &[], "").accepted().unwrap();
        for certificate in serde_json::from_str::<Vec<Value>>(&told).unwrap() {
            let name = certificate["algorithm"].as_str().unwrap();
            world.put(&format!("{name}.crt"), certificate["pem"].as_str().unwrap());
        }
    }

    /// The address of the first page for a signed request of the current generation.
    async fn asks(&self, world: &World) -> Url {
        let timestamp = timestamp();
        let fields = self.fields(&timestamp);
        let signed = world.sign("ask", &fields).await.unwrap();
        let hash = signed.certificate_hash.unwrap();
        let mut query = vec![("client_secret", signed.value.as_str()), ("client_certificate_hash", &hash)];
        query.extend([("response_type", "code"), ("access_type", "offline")]);
        query.extend(self.parameters(&timestamp));
        self.url(&format!(
            "/aas/oauth2/v2/ac?{}",
            Serializer::new(String::new()).extend_pairs(query).finish()
        ))
    }

    fn fields<'a>(&'a self, timestamp: &'a str) -> Vec<(&'a str, &'a str)> {
        let fields = [("client", SYSTEM), ("scope", SCOPE), ("scope-org", ""), ("timestamp", timestamp)];
        fields.into_iter().chain([("state", STATE), ("redirect", &self.redirect)]).collect()
    }

    fn parameters<'a>(&'a self, timestamp: &'a str) -> [(&'a str, &'a str); 5] {
        let redirect = ("redirect_uri", self.redirect.as_str());
        [("client_id", SYSTEM), ("scope", SCOPE), ("timestamp", timestamp), ("state", STATE), redirect]
    }

    /// The whole way of a person who allows, to the id token.
    async fn id_token(&self, world: &World) -> String {
        let address = self.asks(world).await;
        let person = Person { login: "confirmed", password: "пароль", allows: true };
        let last =
            tokio::task::spawn_blocking(move || play(address.as_str(), person)).await.unwrap().unwrap();
        let code = last.address.query_pairs().find(|(name, _)| name == "code");
        let code = code.unwrap_or_else(|| panic!("no code: {}", last.address)).1.into_owned();
        let timestamp = timestamp();
        let fields: Vec<_> = self.fields(&timestamp).into_iter().chain([("code", code.as_str())]).collect();
        let signed = world.sign("redeem", &fields).await.unwrap();
        let hash = signed.certificate_hash.unwrap();
        let mut form = vec![("client_secret", signed.value.as_str()), ("client_certificate_hash", &hash)];
        form.extend([("grant_type", "authorization_code"), ("token_type", "Bearer"), ("code", &code)]);
        form.extend(self.parameters(&timestamp));
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let told = self.call("POST", "/aas/oauth2/v3/te", &headers, &body).accepted().unwrap();
        serde_json::from_str::<Value>(&told).unwrap()["id_token"].as_str().unwrap().to_owned()
    }
}

fn timestamp() -> String {
    jiff::Zoned::now().strftime("%Y.%m.%d %H:%M:%S %z").to_string()
}

fn leads_to_login(answer: &Answer) -> bool {
    answer.status == 302 && answer.header("location").is_some_and(|to| to.contains("/login"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cms_opens_the_first_generation() {
    let mut world = World::new();
    world.rsa("system");
    world.sign_with_rsa("system");
    let esia = Esia::knowing(&world, "system.crt", "RS256");
    let ask = async |state: &str| {
        let timestamp = timestamp();
        let fields = [("scope", SCOPE), ("timestamp", &*timestamp), ("client", SYSTEM), ("state", state)];
        let signed = world.sign("first", &fields).await.unwrap();
        let query = esia.parameters(&timestamp).into_iter().chain([("response_type", "code")]);
        let query = query.chain([("client_secret", signed.value.as_str())]);
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        esia.call("GET", &format!("/aas/oauth2/ac?{query}"), &[], "")
    };
    let answer = ask(STATE).await;
    assert!(leads_to_login(&answer), "{} {:?}", answer.status, answer.headers);
    assert!(!leads_to_login(&ask("another").await), "what is signed is what is sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_current_generation_takes_bare_signatures_and_its_rsa_tokens_are_believed() {
    let mut world = World::new();
    if world.gost("system").is_none() {
        return;
    }
    world.sign_with_gost("system");
    let esia = Esia::knowing(&world, "system.crt", "RS256");
    esia.certificates(&world);
    world.trust(&["RS256.crt"]);
    let token = esia.id_token(&world).await;
    let claims: Value = serde_json::from_str(&world.verify(&token).await.unwrap()).unwrap();
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(SYSTEM), &json!(1000400001)));
    world.rsa("foreign");
    world.trust(&["foreign.crt"]);
    assert!(world.verify(&token).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn its_gost_tokens_are_believed_through_the_engine() {
    let mut world = World::new();
    if world.gost("system").is_none() {
        return;
    }
    world.sign_with_gost("system");
    let esia = Esia::knowing(&world, "system.crt", "GOST3410_2012_256");
    esia.certificates(&world);
    world.trust_gost(&["GOST3410_2012_256.crt"]);
    let token = esia.id_token(&world).await;
    assert!(world.verify(&token).await.is_ok());
    let (rest, signature) = token.rsplit_once('.').unwrap();
    assert!(world.verify(&format!("{rest}.{}", signature.chars().rev().collect::<String>())).await.is_err());
}
