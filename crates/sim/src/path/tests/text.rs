use crate::path::{parse_scenarios, split_scenarios, Generator, Model, Recovery, Scenario};

fn refusal(text: &str) -> String {
    text.parse::<Generator>().unwrap_err().to_string()
}

#[test]
fn each_model_is_read_with_its_defaults() {
    let generator = |model, days, price, common| Generator {
        model,
        days,
        price,
        common,
        scenarios: Vec::new(),
    };
    let gbm = Model::Gbm {
        mu: 0.0,
        sigma: 0.8,
    };
    let jumps = Model::Jumps {
        mu: -0.1,
        sigma: 0.6,
        rate: 50.0,
        mean: -0.01,
        deviation: 0.04,
    };
    let heston = |start, rho| Model::Heston {
        mu: 0.0,
        sigma: 0.8,
        start,
        kappa: 20.0,
        xi: 4.0,
        rho,
    };
    let stable = Model::Stable {
        noise: 0.000_5,
        half_life: 1.0,
    };
    for (text, expected) in [
        (
            "gbm:days=90,sigma=80%,price=20000",
            generator(gbm, 90.0, 20_000.0, 0.0),
        ),
        (
            " gbm: sigma = 0.8 , price = 2e+4, common = 70 % ,",
            generator(gbm, 30.0, 20_000.0, 0.7),
        ),
        (
            "jumps:price=5,sigma=60%,rate=50,mean=-1%,deviation=4%,mu=-10%",
            generator(jumps, 30.0, 5.0, 0.0),
        ),
        (
            "heston:price=5,sigma=80%,kappa=20,xi=4",
            generator(heston(0.8, 0.0), 30.0, 5.0, 0.0),
        ),
        (
            "heston:price=5,sigma=80%,kappa=20,xi=4,start=120%,rho=-50%",
            generator(heston(1.2, -0.5), 30.0, 5.0, 0.0),
        ),
        ("stable", generator(stable, 30.0, 1.0, 0.0)),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
}

#[test]
fn scenarios_follow_after_a_plus() {
    let text = "stable:+gap:day=10,minutes=10,jump=+15%+crash:day=1e+1,minutes=45,fall=25% +depeg:day=5,to=0.9,hours=6,stay=48,back=24";
    let crash = |back, hours| Scenario::Crash {
        day: 10.0,
        minutes: 45.0,
        fall: 0.25,
        back,
        hours,
    };
    let depeg = |recovery| Scenario::Depeg {
        day: 5.0,
        to: 0.9,
        hours: 6.0,
        recovery,
    };
    let gap = Scenario::Gap {
        day: 10.0,
        minutes: 10.0,
        jump: 0.15,
    };
    let recovery = Recovery {
        stay: 48.0,
        back: 24.0,
    };
    let generator: Generator = text.parse().unwrap();
    assert_eq!(
        generator.scenarios,
        [gap, crash(0.0, 1.0), depeg(Some(recovery))]
    );
    let (file, scenarios) = split_scenarios(
        "a+b.csv+crash:day=10,minutes=45,fall=25%,back=40%,hours=3+depeg:day=5,to=0.9,hours=6",
    );
    assert_eq!(file, "a+b.csv");
    assert_eq!(
        parse_scenarios(scenarios),
        Ok(vec![crash(0.4, 3.0), depeg(None)])
    );
    assert_eq!(split_scenarios("btc.csv"), ("btc.csv", ""));
    assert_eq!(parse_scenarios(""), Ok(Vec::new()));
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_write() {
    for (text, expected) in [
        ("", "no model ``; take gbm, jumps, heston or stable"),
        (
            "garch:days=1",
            "no model `garch`; take gbm, jumps, heston or stable",
        ),
        (
            "gbm:price=1,sigma=1+flood:day=1",
            "no scenario `flood`; take gap, crash or depeg",
        ),
        (
            "gbm:price=1,vol=80%",
            "gbm has no setting `vol`; it has days, price, common, sigma, mu",
        ),
        (
            "gbm:price=1,sigma",
            "gbm: `sigma` has no value; write name=value, with commas between",
        ),
        (
            "gbm:price=1",
            "gbm needs `sigma`: volatility a year, as in sigma=80%",
        ),
        (
            "gbm:sigma=1",
            "gbm needs `price`: first price in USD, as in price=20000",
        ),
        (
            "stable+gap:day=1,minutes=5",
            "gap needs `jump`: how far the price has moved after it, as in jump=-15%",
        ),
        (
            "gbm:price=1,sigma=1,price=2",
            "gbm has `price` twice; leave one out",
        ),
        (
            "gbm:price=$5,sigma=1",
            "gbm: price `$5` is not a number; write it as in 2.5, without a unit",
        ),
        (
            "gbm:days=5%,price=1,sigma=1",
            "gbm: days `5%` is not a number; write it as in 2.5, without a unit",
        ),
        (
            "gbm:price=1,sigma=NaN",
            "gbm: sigma `NaN` is not a number; write it as in 0.25 or 25%",
        ),
        (
            "gbm:price=1,sigma=80",
            "gbm: sigma 80 is outside 0% to 2000%",
        ),
        (
            "gbm:price=0,sigma=1",
            "gbm: price 0 is outside 0.000001 to 1000000000",
        ),
        (
            "gbm:price=1,sigma=1,common=1.01",
            "gbm: common 1.01 is outside -100% to 100%",
        ),
        (
            "stable+crash:day=1,minutes=5,fall=25",
            "crash: fall 25 is outside 0% to 99%",
        ),
        (
            "stable+crash:day=-1,minutes=5,fall=25%",
            "crash: day -1 is outside 0 to 36500",
        ),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}
