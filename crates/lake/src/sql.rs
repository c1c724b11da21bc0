//! The text of a query: one read-only query within its limits, with `$name` parameters put in as typed values.

use std::ops::ControlFlow;

use datafusion::sql::parser::Statement as EngineStatement;
use datafusion::sql::sqlparser::ast::{Expr, Statement, Value, VisitMut, VisitorMut};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use oikos_desk::{ParameterValue, Parameters};

use crate::SessionLimits;

/// How deep brackets and subqueries may nest.
const NESTING: usize = 50;

/// Reads a query. The error says what is wrong and what would be right.
pub(crate) fn parse(text: &str, parameters: &Parameters, limits: &SessionLimits) -> Result<EngineStatement, String> {
    if text.len() > limits.query_bytes {
        return Err(format!("the query is {} bytes long; at most {} are read", text.len(), limits.query_bytes));
    }
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location().map_err(|error| error.to_string())?;
    let words = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).count();
    if words > limits.query_tokens {
        return Err(format!("the query has {words} words and signs; at most {} are read", limits.query_tokens));
    }
    let mut parser = Parser::new(&dialect).with_recursion_limit(NESTING).with_tokens_with_locations(tokens);
    let mut statements = parser.parse_statements().map_err(|error| error.to_string())?;
    let (Some(mut statement), None) = (statements.pop(), statements.pop()) else {
        return Err("expected one query".to_owned());
    };
    if !matches!(statement, Statement::Query(_)) {
        return Err("only a query that reads is allowed: SELECT or WITH".to_owned());
    }
    match statement.visit(&mut PutIn(parameters)) {
        ControlFlow::Continue(()) => Ok(EngineStatement::Statement(Box::new(statement))),
        ControlFlow::Break(problem) => Err(problem),
    }
}

/// Replaces each parameter by a literal of its type, so that the engine plans with known types and prunes by known values.
struct PutIn<'a>(&'a Parameters);

impl VisitorMut for PutIn<'_> {
    type Break = String;

    fn post_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<String> {
        let Expr::Value(value) = expression else { return ControlFlow::Continue(()) };
        let Value::Placeholder(name) = &value.value else { return ControlFlow::Continue(()) };
        match name.strip_prefix('$').and_then(|name| self.0.0.get(name)).map_or_else(|| Err(self.unknown(name)), literal) {
            Ok(literal) => {
                *expression = literal;
                ControlFlow::Continue(())
            }
            Err(problem) => ControlFlow::Break(problem),
        }
    }
}

impl PutIn<'_> {
    fn unknown(&self, name: &str) -> String {
        let known: Vec<_> = self.0.0.keys().map(|name| format!("${name}")).collect();
        format!("there is no parameter {name}; there are: {}", known.join(", "))
    }
}

fn literal(value: &ParameterValue) -> Result<Expr, String> {
    match value {
        ParameterValue::Text(text) => Ok(Expr::value(Value::SingleQuotedString(text.clone()))),
        ParameterValue::Number(number) if number.is_finite() => expression(&format!("CAST('{number:?}' AS DOUBLE)")),
        ParameterValue::Number(number) => Err(format!("a parameter has the value {number}, which is no number")),
        ParameterValue::Time(at) => expression(&format!("arrow_cast('{at}', 'Timestamp(µs, \"UTC\")')")),
    }
}

/// An expression of our own making.
fn expression(text: &str) -> Result<Expr, String> {
    let dialect = GenericDialect {};
    Parser::new(&dialect).try_with_sql(text).and_then(|mut parser| parser.parse_expr()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn parsed(text: &str) -> Result<String, String> {
        let values = BTreeMap::from([
            ("hours".to_owned(), ParameterValue::Number(2.5)),
            ("flag".to_owned(), ParameterValue::Text("it's; DROP".to_owned())),
        ]);
        parse(text, &Parameters(values), &SessionLimits::for_people()).map(|statement| statement.to_string())
    }

    #[test]
    fn parameters_become_literals_and_never_more() {
        assert_eq!(parsed("SELECT $hours").unwrap(), "SELECT CAST('2.5' AS DOUBLE)");
        assert_eq!(parsed("SELECT $flag").unwrap(), "SELECT 'it''s; DROP'");
        assert_eq!(parsed("SELECT '$hours'").unwrap(), "SELECT '$hours'");
        assert!(parsed("SELECT $none").unwrap_err().contains("$flag, $hours"));
    }

    #[test]
    fn anything_but_one_query_is_refused() {
        for text in
            ["", "SELECT 1; SELECT 2", "SET a = 1", "DROP TABLE t", "EXPLAIN SELECT 1", "INSERT INTO t VALUES (1)", "SHOW TABLES"]
        {
            assert!(parsed(text).is_err(), "{text}");
        }
    }

    #[test]
    fn long_and_deep_texts_are_refused() {
        assert!(parsed(&format!("SELECT '{}'", "x".repeat(70_000))).unwrap_err().contains("bytes"));
        assert!(parsed(&format!("SELECT 1{}", "+1".repeat(2000))).unwrap_err().contains("words"));
        assert!(parsed(&format!("SELECT {}1{}", "(".repeat(400), ")".repeat(400))).is_err());
    }
}
