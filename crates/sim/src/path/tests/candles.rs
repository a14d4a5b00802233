use super::recorded;
use crate::path::{parse_candles, read_candles, Candle, CandleFile, Gap};

fn read(text: &str) -> CandleFile {
    parse_candles(text.as_bytes(), "btc.csv", "BTC").unwrap()
}

fn refusal(text: &str) -> String {
    parse_candles(text.as_bytes(), "btc.csv", "BTC")
        .unwrap_err()
        .to_string()
}

const HEADER: &str = "timestamp,open,high,low,close\n";

fn refusal_of(rows: &str) -> String {
    refusal(&format!("{HEADER}{rows}"))
}

const CANDLES: [Candle; 2] = [
    Candle {
        time: 1_513_947_600,
        open: 10.0,
        high: 12.0,
        low: 9.0,
        close: 11.5,
    },
    Candle {
        time: 1_513_951_200,
        open: 11.5,
        high: 11.5,
        low: 8.0,
        close: 8.0,
    },
];

#[test]
fn columns_are_found_by_name_in_any_order_and_form() {
    for text in [
        "timestamp,open,high,low,close\n1513947600,10,12,9,11.5\n1513951200,11.5,11.5,8,8\n",
        "TimeStamp,Open,HIGH,Low,Close,Volume BTC\n1513947600,10,12,9,11.5,x\n1513951200,11.5,11.5,8,8,\n",
        "close,low,volume,high,open,time\n11.5,9,1,12,10,1513947600000\n8,8,1,11.5,11.5,1513951200000",
        "symbol,date,open,high,low,close\r\nA,2017-12-22 13:00,10,12,9,11.5\r\nA,2017-12-22 14:00,11.5,11.5,8,8\r\n",
        "\u{feff}unix , date, open, high, low, close\n9, 2017-12-22T13:00Z, 1e1, 12, 9, 11.5\n9, 2017-12-22T14:00Z, 11.5, 11.5, 8.0, 8.0\n",
        "\n\"open_time\",\"open\",\"high\",\"low\",\"close\"\n\n1513947600,\"10\",12,9,11.5\n\n1513951200,11.5,11.5,8,8\n\n",
    ] {
        let file = read(text);
        assert_eq!(file.candles, CANDLES, "{text}");
        assert_eq!((file.name.as_str(), file.candle_secs), ("BTC", 3_600));
        assert_eq!(file.gaps, []);
    }
}

#[test]
fn missing_candles_are_gaps() {
    let row = |hour: i64| format!("{},1,1,1,1\n", hour * 3_600);
    let rows: String = [0, 1, 2, 5, 6, 8].map(row).concat();
    let file = read(&format!("{HEADER}{rows}"));
    let gap = |from: i64, until: i64| Gap {
        from: from * 3_600,
        until: until * 3_600,
    };
    assert_eq!(file.candle_secs, 3_600);
    assert_eq!(file.gaps, [gap(3, 5), gap(7, 8)]);
    assert_eq!(file.missing(), 3);
    assert_eq!(file.span(), [0, 9 * 3_600]);
}

#[test]
fn the_recorded_week_is_read() {
    let file = recorded();
    assert_eq!((file.candles.len(), file.candle_secs), (168, 3_600));
    assert_eq!(file.missing(), 0);
    let first = Candle {
        time: 1_513_641_600,
        open: 19_039.0,
        high: 19_099.0,
        low: 18_802.4,
        close: 18_873.0,
    };
    assert_eq!(file.candles[0], first);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let path = std::env::temp_dir().join("whittle-no-such-folder/btc.csv");
    let error = read_candles(&path, "BTC").unwrap_err().to_string();
    let expected = format!("{}: cannot be read: No such file", path.display());
    assert_eq!(error.split_at(expected.len()).0, expected);
}

#[test]
fn a_header_that_does_not_serve_is_refused() {
    let empty = "btc.csv, line 1: the file is empty; begin with a header, as in timestamp,open,high,low,close";
    assert_eq!(refusal(""), empty);
    assert_eq!(refusal("\n\r\n"), empty);
    assert_eq!(
        refusal("1498906800,2505.56,2513.38,2495.12,2509.17\n"),
        "btc.csv, line 1: no header but `1498906800,2505.56,2513.38,2495.12,2509.17`; let the first line name the columns, as in timestamp,open,high,low,close"
    );
    assert_eq!(
        refusal("when,Open,high,low,last\n0,1,1,1,1\n"),
        "btc.csv, line 1: no column `timestamp` among when,open,high,low,last; name it in the header\n\
         btc.csv, line 1: no column `close` among when,open,high,low,last; name it in the header"
    );
    assert_eq!(
        refusal("time,open,high,low,close,Open\n0,1,1,1,1,1\n"),
        "btc.csv, line 1: two columns are named `open`; rename or remove one"
    );
}

#[test]
fn too_few_candles_are_refused() {
    assert_eq!(
        refusal(HEADER),
        "btc.csv, line 1: a header and no candle; give at least two, from which the length of a candle is told"
    );
    assert_eq!(
        refusal_of("\n3600,1,1,1,1\n"),
        "btc.csv, line 3: only 1 candle; give at least two, from which the length of a candle is told"
    );
}

/// Each line with its own fault; the good ones say how long a candle is.
#[test]
fn prices_that_cannot_be_are_refused() {
    for (row, expected) in [
        (
            "7200,1,1,1",
            "4 fields where the header has 5; write one field for each column",
        ),
        (
            "7200,1,1,1,1,1",
            "6 fields where the header has 5; write one field for each column",
        ),
        (
            "7200,1,1,1,",
            "close `` is not a number; write it as in 2505.56, without separators or units",
        ),
        (
            "7200,\"2,505\",1,1,1",
            "open `2,505` is not a number; write it as in 2505.56, without separators or units",
        ),
        (
            "7200,1,inf,1,1",
            "high `inf` is not finite; write a price or remove the line",
        ),
        (
            "7200,1,1,NaN,1",
            "low `NaN` is not finite; write a price or remove the line",
        ),
        (
            "7200,1,1,1,1e999",
            "close `1e999` is not finite; write a price or remove the line",
        ),
        (
            "7200,1,1,0,1",
            "low 0 is not above zero; write a price or remove the line",
        ),
        (
            "7200,1,1,-1.5,1",
            "low -1.5 is not above zero; write a price or remove the line",
        ),
        (
            "7200,3,2.5,1,1",
            "high 2.5 is under open 3; mend the line or remove it, which leaves a gap",
        ),
        (
            "7200,2,2.5,1,3",
            "high 2.5 is under close 3; mend the line or remove it, which leaves a gap",
        ),
        (
            "7200,1,2,1.5,1.7",
            "low 1.5 is over open 1; mend the line or remove it, which leaves a gap",
        ),
        (
            "7200,1.6,2,1.5,1.2",
            "low 1.5 is over close 1.2; mend the line or remove it, which leaves a gap",
        ),
    ] {
        let error = refusal_of(&format!("0,1,1,1,1\n3600,1,1,1,1\n{row}\n10800,1,1,1,1\n"));
        assert_eq!(error, format!("btc.csv, line 4: {expected}"), "{row}");
    }
    assert_eq!(
        refusal_of("0,1,1,1,1\n3600,1.5,1,2,1.5\n7200,1,1,1,1\n"),
        "btc.csv, line 3: high 1 is under open 1.5; mend the line or remove it, which leaves a gap\n\
         btc.csv, line 3: low 2 is over open 1.5; mend the line or remove it, which leaves a gap\n\
         btc.csv, line 3: high 1 is under low 2; mend the line or remove it, which leaves a gap\n\
         btc.csv, line 3: high 1 is under close 1.5; mend the line or remove it, which leaves a gap\n\
         btc.csv, line 3: low 2 is over close 1.5; mend the line or remove it, which leaves a gap"
    );
}

#[test]
fn times_that_cannot_be_are_refused() {
    let hour = |time: &str| format!("{time},1,1,1,1\n");
    let rows =
        |times: &[&str]| refusal_of(&times.iter().map(|time| hour(time)).collect::<String>());
    assert_eq!(
        rows(&["0", "3600", "soon", "10800"]),
        "btc.csv, line 4: `soon` is not a time; write Unix seconds or milliseconds, or ISO 8601 as in 2017-12-22T13:00:00Z"
    );
    assert_eq!(
        rows(&["0", "3600", "7200.5", "10800"]),
        "btc.csv, line 4: the time `7200.5` is between two seconds; write a whole second"
    );
    assert_eq!(
        rows(&["0", "3600", "3600", "7200"]),
        "btc.csv, line 4: time 3600 again, which line 3 has; remove one of the two"
    );
    assert_eq!(
        rows(&["0", "3600", "10800", "7200", "14400"]),
        "btc.csv, line 5: time 7200 is before 10800 in line 4; sort the lines by time, oldest first"
    );
    assert_eq!(
        rows(&["0", "3600", "7260", "10800", "14400"]),
        "btc.csv, line 4: time 7260 is 60 s into a candle of 3600 s as the other lines have them; mend the time or remove the line"
    );
    assert_eq!(
        rows(&["60", "3600", "7200", "10800"]),
        "btc.csv, line 2: time 60 is 60 s into a candle of 3600 s as the other lines have them; mend the time or remove the line"
    );
    assert_eq!(
        rows(&["0", "5000000000"]),
        "btc.csv, line 1: most lines are 5000000000 s apart, longer than a candle can be; mend the times"
    );
}

/// As many exchanges write their files.
#[test]
fn a_file_with_the_newest_candle_first_is_refused_once_a_line() {
    let rows: String = (0..30)
        .rev()
        .map(|hour| format!("{},1,1,1,1\n", hour * 3_600))
        .collect();
    let error = refusal_of(&rows);
    let lines: Vec<_> = error.lines().collect();
    assert_eq!(lines.len(), 21);
    assert_eq!(
        lines[0],
        "btc.csv, line 3: time 100800 is before 104400 in line 2; sort the lines by time, oldest first"
    );
    assert_eq!(
        lines[19],
        "btc.csv, line 22: time 32400 is before 36000 in line 21; sort the lines by time, oldest first"
    );
    assert_eq!(lines[20], "and 9 more");
}

#[test]
fn all_problems_are_told_in_the_order_of_lines() {
    assert_eq!(
        refusal_of("0,1,1,1,1\n\n3600,x,1,1,1\n3600,1,1,1,1\n7200,1,1,1\n\n10800,0,1,1,1\n14400,1,1,1,1\n"),
        "btc.csv, line 4: open `x` is not a number; write it as in 2505.56, without separators or units\n\
         btc.csv, line 5: time 3600 again, which line 4 has; remove one of the two\n\
         btc.csv, line 6: 4 fields where the header has 5; write one field for each column\n\
         btc.csv, line 8: open 0 is not above zero; write a price or remove the line"
    );
}
